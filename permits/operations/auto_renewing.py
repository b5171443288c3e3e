"""Permits that renew by themselves: notice, charge, tries again.

The card is charged outside any transaction, by a task that a transaction has promised. Before the
call the try is counted and its key committed, so that a try is made once, whoever runs it. What is
taken, and when, has been told before: `rules.auto_renewals.may_charge_from` has the last word.
"""

import logging
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.urls import reverse

from parkops.customers.models import Customer
from parkops.kernel.actors import SYSTEM, Actor
from parkops.kernel.decisions import Refused
from parkops.kernel.texts import say
from parkops.programme import queries as programme
from parkops.programme.permit_schema import Renewal
from parkops.tenancy.later import later
from payments import operations as payments
from payments import queries as charges
from payments.models import Allocation, Payment, SavedCard
from permits.models import Permit, RenewalConsent
from permits.operations import notices, renewing
from permits.operations.common import known, locked
from permits.operations.consenting import end_consent, record_act, stop_path
from permits.queries import consents, sale
from permits.queries.permits import money_of, plates_of
from permits.rules import auto_renewals as rule
from permits.rules.plates import Plate
from permits.rules.status import Status
from permits.rules.terms import clock_text

logger = logging.getLogger(__name__)
BATCH = 1_000


class _DearerThanTold(Exception):
    """The price rose after it was told, so it is told again first."""


@dataclass(frozen=True, slots=True)
class Renewed:
    """A renewal, and from when the card is charged for it (None: it costs nothing)."""

    permit: Permit
    charged_at: datetime | None


def renew_automatically(*, at: datetime) -> int:
    """Tell, renew and try again what is due; returns how many consents were acted on."""
    rows = RenewalConsent.objects.filter(ended_at__isnull=True, card__state=SavedCard.State.SAVED)
    done, last = 0, 0
    while ids := list(rows.filter(pk__gt=last).order_by("pk").values_list("pk", flat=True)[:BATCH]):
        done, last = done + sum(_step(pk, at=at) for pk in ids), ids[-1]
    return done


@transaction.atomic
def renew_by_consent(number: str, *, by: Actor, at: datetime) -> Renewed | None:
    """Renew a permit now whose holder agreed to it; the card is charged on the day that they were
    told, or are told now. None where no card may be charged: they are asked to pay.

    :raises Conflict: if it cannot be renewed now.
    :raises Refused: with the reason why the holder may not buy.
    """
    consent = consents.open_consent(known(number))
    if consent is None or consent.card.state != SavedCard.State.SAVED:
        return None
    consent = _locked(consent, waits=True)
    renewal = _renewal_rule(consent.permit, at=at) if consent is not None else None
    if consent is None or renewal is None or not rule.is_in_time(consent.permit.ends_at, at=at):
        return None
    fresh = _hold_next(consent, by=by, at=at)
    if fresh.paid_at is not None:
        return Renewed(fresh, None)
    _follow(consent, fresh, renewal, at=at)
    return Renewed(fresh, _charged_from(consent, fresh, at=at))


def charge_renewal(consent_id: int, *, at: datetime) -> None:
    """Charge the card for a renewal that is held: one try, however often this is called for it."""
    begun = _begin_try(consent_id, at=at)
    if begun is None:
        return
    consent, fresh, key = begun
    owed = [row.id for row in _owed(fresh)]
    try:
        payment = payments.charge_saved_card(
            consent.card_id, charge_ids=owed, request_key=key, by=SYSTEM, at=at
        )
    except Refused as refusal:
        _note_failure(consent_id, fresh, str(refusal), at=at)
        return
    if payment.state == Payment.State.SUCCEEDED:
        _step(consent_id, at=at)


@transaction.atomic
def card_failed(number: str, *, why: str, at: datetime) -> None:
    """Tell a holder that their saved card was not charged for a renewal: whenever that is known."""
    fresh = known(number)
    consent = consents.open_consent(fresh.renews) if fresh.renews else None
    if consent is not None:
        _note_failure(consent.pk, fresh, why, at=at)


def _locked(consent: RenewalConsent, *, waits: bool) -> RenewalConsent | None:
    """Lock a consent after its customer and its permit, as sales lock them; None once it ended or
    moved on, or if another has it and nobody `waits`."""
    Customer.objects.select_for_update(no_key=True).get(pk=consent.permit.customer_id)
    locked(consent.permit.number)
    rows = RenewalConsent.objects.select_for_update(skip_locked=not waits, of=("self",))
    rows = rows.select_related("permit__customer", "card")
    return rows.filter(pk=consent.pk, permit=consent.permit_id, ended_at__isnull=True).first()


@transaction.atomic
def _step(pk: int, *, at: datetime) -> bool:
    found = RenewalConsent.objects.select_related("permit").filter(pk=pk, ended_at__isnull=True)
    seen = found.first()
    if seen is None or _has_time(seen, at=at):
        return False
    consent = _locked(seen, waits=False)
    if consent is None:
        return False
    permit = consent.permit
    fresh = _renewal_of(permit)
    if fresh is not None and fresh.paid_at is not None:
        consent.permit, consent.noticed_at, consent.failure = fresh, None, ""
        consent.told_minor = None
        consent.tries, consent.next_try_at = 0, None
        consent.save()
        return True
    status = permit.status_at(at)
    if status is Status.SUSPENDED:
        return False
    if status is Status.EXPIRED and fresh is not None and fresh.status_at(at) is Status.HELD:
        return False  # Money is on its way.
    if status not in (Status.ACTIVE, Status.SCHEDULED):
        end_consent(consent, say("The permit ended."), by=SYSTEM, at=at)
        if permit.replacements.filter(paid_at__isnull=False).exists():
            # Its holder goes on parking, and is not to believe that this renews as well.
            notices.tell("permit.renews_no_more", permit, at=at, occasion=str(consent.reference))
        return True
    renewal = _renewal_rule(permit, at=at)
    if renewal is None:
        why = say("This kind of permit renews by itself no more.")
        end_consent(consent, why, by=SYSTEM, at=at)
        notices.tell("permit.renews_no_more", permit, at=at, occasion=str(consent.reference))
        return True
    if fresh is not None:
        return _follow(consent, fresh, renewal, at=at)
    if consent.noticed_at is None:
        return _give_notice(consent, renewal, at=at)
    zone = programme.in_force(at).programme.tz
    due = rule.charge_at(renewal, noticed_at=consent.noticed_at, ends_at=permit.ends_at, zone=zone)
    if at < max(due, consent.next_try_at or due):
        return False
    try:
        with transaction.atomic():
            fresh = _hold_next(consent, by=SYSTEM, at=at)
            told = consent.told_minor
            if told is None or renewing.full_price(fresh).minor > told:
                raise _DearerThanTold
            _follow(consent, fresh, renewal, at=at)
    except _DearerThanTold:
        return _give_notice(consent, renewal, at=at)
    except Refused as refusal:
        consent.tries += 1
        consent.next_try_at = rule.next_try(consent.tries, ends_at=permit.ends_at, at=at)
        consent.next_try_at = consent.next_try_at or permit.ends_at
        consent.save(update_fields=["tries", "next_try_at"])
        _tell_failure(consent, permit, refusal.reason, at=at, is_last=False)
    return True


def _has_time(consent: RenewalConsent, *, at: datetime) -> bool:
    """Whether nothing is due yet, by a look without locks: most permits are far from their end."""
    permit, renewal = consent.permit, _renewal_rule(consent.permit, at=at)
    if renewal is None or consent.noticed_at is not None or _renewal_of(permit) is not None:
        return False
    zone = programme.in_force(at).programme.tz
    is_valid = permit.status_at(at) in (Status.ACTIVE, Status.SCHEDULED)
    return is_valid and at < rule.notice_from(renewal, permit.ends_at, zone)


def _follow(consent: RenewalConsent, fresh: Permit, renewal: Renewal, *, at: datetime) -> bool:
    """Have a renewal that waits for its money charged once its day has come; first tell the day."""
    if fresh.pay_until is None or fresh.paid_at is not None:
        return False  # Its holder is buying it, or has it.
    due = _charged_from(consent, fresh, at=at)
    if due is None:
        if not rule.is_in_time(consent.permit.ends_at, at=at):
            return False
        _give_notice(consent, renewal, fresh=fresh, at=at)
        due = _charged_from(consent, fresh, at=at)
    is_due = due is not None and max(due, consent.next_try_at or due) <= at
    if is_due:
        later("permits.charge_renewal", consent=consent.pk)
    return is_due


def _give_notice(
    consent: RenewalConsent, renewal: Renewal, *, fresh: Permit | None = None, at: datetime
) -> bool:
    """Tell the holder what will be charged and when, once the time for it has come; a renewal that
    is held already is told at once."""
    permit = consent.permit
    rules = programme.in_force(at).programme
    if fresh is None and at < rule.notice_from(renewal, permit.ends_at, rules.tz):
        return False
    charged = rule.charge_at(renewal, noticed_at=at, ends_at=permit.ends_at, zone=rules.tz)
    price = deposit = None
    why_not = ""
    if fresh is not None:
        price, deposit = renewing.full_price(fresh), money_of(fresh, fresh.deposit_minor)
    elif not rule.is_in_time(permit.ends_at, at=at):
        why_not = say("It ends within a day, and you are told a day before your card is charged.")
        consent.next_try_at = permit.ends_at
    else:
        try:
            quote = _offer(permit, at=at).quote
            deposit = quote.deposit
            price = quote.total + deposit if deposit else quote.total
        except Refused as refusal:
            why_not = refusal.reason
    consent.noticed_at, consent.told_minor = at, price.minor if price is not None else None
    consent.save(update_fields=["noticed_at", "told_minor", "next_try_at"])
    notices.tell(
        "permit.renewal_notice",
        permit,
        at=at,
        occasion=f"{consent.reference}:{at.isoformat()}",
        price=price,
        deposit=deposit or "",
        why_not=why_not,
        charged=clock_text(charged, rules.tz),
        card=consent.card.card,
        stop_path=stop_path(permit),
    )
    record_act("renewal_noticed", permit, by=SYSTEM, at=at, price=price.amount if price else "")
    return True


def _offer(permit: Permit, *, at: datetime) -> sale.Offer:
    listed = plates_of([permit], at=at).get(permit.pk, ())
    return sale.offer_for(
        type_code=permit.type_code,
        customer=permit.customer,
        plates=tuple(Plate(plate.text, plate.key, plate.region) for plate in listed),
        start=permit.ends_at,
        renews=permit,
        at=at,
    )


def _hold_next(consent: RenewalConsent, *, by: Actor, at: datetime) -> Permit:
    """Hold the next permit until its first day."""
    permit = consent.permit
    fresh = renewing.renew_permit(permit.number, channel=Permit.Channel.PORTAL, by=by, at=at)
    renewing.let_wait(fresh, until=permit.ends_at)
    consent.tries, consent.next_try_at = 0, None
    consent.save(update_fields=["tries", "next_try_at"])
    return fresh


def _renewal_rule(permit: Permit, *, at: datetime) -> Renewal | None:
    """Return by which rule a permit renews by itself now, if its type still does."""
    kind = programme.in_force(at).programme.permit_type(permit.type_code)
    return kind.renewal if kind and kind.renewal and kind.renewal.automatic else None


def _charged_from(consent: RenewalConsent, fresh: Permit, *, at: datetime) -> datetime | None:
    """Return from when the card may be charged for a renewal; None as long as that is not told."""
    renewal = _renewal_rule(consent.permit, at=at)
    if renewal is None:
        return None
    return rule.may_charge_from(
        renewal,
        noticed_at=consent.noticed_at,
        told=consent.told_minor,
        price=renewing.full_price(fresh).minor,
        ends_at=consent.permit.ends_at,
        zone=programme.in_force(at).programme.tz,
    )


@transaction.atomic
def _begin_try(consent_id: int, *, at: datetime) -> tuple[RenewalConsent, Permit, str] | None:
    """Count a try and fix its key; None if there is nothing to try (any more, yet, or again)."""
    consent = (
        RenewalConsent.objects.select_for_update(of=("self",))
        .select_related("permit", "card")
        .filter(pk=consent_id, ended_at__isnull=True, card__state=SavedCard.State.SAVED)
        .first()
    )
    if consent is None or (consent.next_try_at is not None and consent.next_try_at > at):
        return None
    fresh = _renewal_of(consent.permit)
    if fresh is None or fresh.paid_at is not None or fresh.status_at(at) is not Status.HELD:
        return None
    if consent.permit.status_at(at) not in (Status.ACTIVE, Status.SCHEDULED):
        return None
    due = _charged_from(consent, fresh, at=at)
    if fresh.pay_until is None or due is None or at < due:
        return None
    if consent.tries > len(rule.AGAIN_AFTER) or not _owed(fresh) or _is_under_way(fresh):
        return None
    consent.tries += 1
    again = rule.next_try(consent.tries, ends_at=consent.permit.ends_at, at=at)
    # Without another try the next one never comes: the permit's end is past every renewal.
    consent.next_try_at = again or consent.permit.ends_at
    consent.save(update_fields=["tries", "next_try_at"])
    return consent, fresh, f"renewal:{fresh.number}:{consent.tries}"


@transaction.atomic
def _note_failure(consent_id: int, fresh: Permit, why: str, *, at: datetime) -> None:
    consent = RenewalConsent.objects.select_for_update(of=("self",)).get(pk=consent_id)
    consent.failure = why[:300]
    consent.save(update_fields=["failure"])
    record_act("renewal_declined", fresh, by=SYSTEM, at=at, reason=why, tries=consent.tries)
    is_last = consent.next_try_at is None or consent.next_try_at >= consent.permit.ends_at
    _tell_failure(consent, fresh, why, at=at, is_last=is_last)


def _tell_failure(
    consent: RenewalConsent, permit: Permit, why: str, *, at: datetime, is_last: bool
) -> None:
    zone = programme.in_force(at).programme.tz
    unpaid = permit.paid_at is None
    notices.tell(
        "permit.renewal_failed",
        permit,
        at=at,
        occasion=f"{consent.reference}:{consent.permit.ends_at.isoformat()}:{consent.tries}",
        why=why,
        again="" if is_last else clock_text(max(consent.next_try_at or at, at), zone),
        until=clock_text(consent.permit.ends_at, zone),
        pay_path=reverse("portal_permits:pay", args=[permit.number]) if unpaid else "",
        stop_path=stop_path(consent.permit),
    )


def _renewal_of(permit: Permit) -> Permit | None:
    rows = permit.renewals.select_related("customer")
    return rows.filter(cancelled_at__isnull=True, lapsed_at__isnull=True).first()


def _owed(permit: Permit) -> list[charges.ChargeRow]:
    kinds = ["permit", "deposit"] if permit.deposit_minor else ["permit"]
    rows = [charges.charge_of(kind, permit.number) for kind in kinds]
    return [row for row in rows if row is not None and not row.is_settled]


def _is_under_way(permit: Permit) -> bool:
    """Whether a payment for it may have come or may still come: the provider has not said yet, or
    a person looks at what it said."""
    ids = [row.pk for row in _owed(permit)]
    waiting = (Payment.State.CREATED, Payment.State.OPEN, Payment.State.NEEDS_REVIEW)
    return Allocation.objects.filter(charge_id__in=ids, payment__state__in=waiting).exists()
