"""Permits that renew by themselves: consent with a saved card, notice, charge, tries again, stop.

The card is charged outside any transaction, by a task that a transaction has promised. Before the
call the try is counted and its key committed, so that a try is made once, whoever runs it.
"""

import logging
from datetime import datetime

from django.db import transaction
from django.urls import reverse

from parkops.audit import operations as audit
from parkops.kernel.actors import SYSTEM, Actor
from parkops.kernel.decisions import Refused
from parkops.kernel.texts import say
from parkops.programme import queries as programme
from parkops.programme.permit_schema import Renewal
from parkops.tenancy.later import later
from parkops.ui.speech import said
from payments import operations as payments
from payments import queries as charges
from payments.models import Allocation, Payment, SavedCard
from permits.models import Permit, RenewalConsent
from permits.operations import notices, renewing
from permits.operations.common import known
from permits.queries import consents, sale
from permits.queries.permits import plates_of
from permits.rules import auto_renewals as rule
from permits.rules.plates import Plate
from permits.rules.status import Status
from permits.rules.terms import clock_text

logger = logging.getLogger(__name__)
BATCH = 1_000


class _DearerThanTold(Exception):
    """The price rose after it was told, so it is told again first."""


def agree_to_renew(number: str, *, language: str = "", by: Actor, at: datetime) -> RenewalConsent:
    """Keep a holder's consent and open the page where the card is saved (`card.redirect_url`).

    Several transactions. It counts once the card is saved: `finish_agreeing`.

    :raises Refused: with the reason why the permit does not renew by itself.
    """
    permit = known(number)
    consents.may_agree(permit, at=at).require()
    saved = payments.start_saving(
        customer_id=permit.customer_id,
        email=permit.customer.email,
        return_path=reverse("portal_permits:automatic", args=[permit.number]),
        by=by,
        at=at,
    )
    with transaction.atomic():
        permit = Permit.objects.select_for_update().get(pk=permit.pk)
        before = consents.open_consent(permit)
        if before is not None:
            _end(before, say("Another card was given."), by=by, at=at)
        consent = RenewalConsent.objects.create(
            customer_id=permit.customer_id,
            permit=permit,
            card=saved,
            wording=said(consents.words_for(permit, at=at)),
            version=rule.VERSION,
            language=language,
            agreed_at=at,
        )
        _record("renewal_agreed", permit, by=by, at=at, version=rule.VERSION)
    return consent


def finish_agreeing(number: str, *, by: Actor, at: datetime) -> RenewalConsent | None:
    """Ask whether the card of a consent was saved; safe to call any number of times.

    :raises GatewayUnavailable: if the provider does not answer.
    """
    permit = known(number)
    consent = consents.open_consent(permit)
    if consent is None or consent.card.state != SavedCard.State.CREATED:
        return consent
    saved = payments.finish_saving(consent.card_id, at=at)
    if saved.state == SavedCard.State.SAVED:
        with transaction.atomic():
            _record("renewal_card_saved", permit, by=by, at=at, card=saved.card)
            notices.tell(
                "permit.renews_itself",
                permit,
                at=at,
                occasion=str(consent.reference),
                card=saved.card,
                wording=consent.wording,
                stop_path=_stop_path(permit),
            )
        consent = consents.open_consent(permit)
    return consent


@transaction.atomic
def stop_renewing(number: str, *, reason: str = "", by: Actor, at: datetime) -> None:
    """End a consent and forget its card; a permit that does not renew by itself stays as it is."""
    permit = known(number)
    consent = RenewalConsent.objects.select_for_update(of=("self",)).filter(
        permit=permit, ended_at__isnull=True
    )
    found = consent.select_related("permit__customer", "card").first()
    if found is None:
        return
    was_saved = found.card.state == SavedCard.State.SAVED
    _end(found, reason.strip() or say("Stopped by the holder."), by=by, at=at)
    if was_saved:
        notices.tell("permit.renews_no_more", permit, at=at, occasion=str(found.reference))


def renew_automatically(*, at: datetime) -> int:
    """Tell, renew and try again what is due; returns how many consents were acted on."""
    rows = RenewalConsent.objects.filter(ended_at__isnull=True, card__state=SavedCard.State.SAVED)
    done, last = 0, 0
    while ids := list(rows.filter(pk__gt=last).order_by("pk").values_list("pk", flat=True)[:BATCH]):
        done, last = done + sum(_step(pk, at=at) for pk in ids), ids[-1]
    return done


@transaction.atomic
def renew_by_consent(number: str, *, by: Actor, at: datetime) -> Permit | None:
    """Renew a permit whose holder agreed to it, and promise the charge to the card; None for one
    that does not renew by itself.

    :raises Conflict: if it cannot be renewed now.
    :raises Refused: with the reason why the holder may not buy.
    """
    consent = consents.open_consent(known(number))
    if consent is None or consent.card.state != SavedCard.State.SAVED:
        return None
    return _renew(consent, by=by, at=at)


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
    if payment.state in (Payment.State.FAILED, Payment.State.EXPIRED):
        _note_failure(consent_id, fresh, payment.failure, at=at)
    elif payment.state == Payment.State.SUCCEEDED:
        _step(consent_id, at=at)


@transaction.atomic
def _step(pk: int, *, at: datetime) -> bool:
    consent = (
        RenewalConsent.objects.select_for_update(skip_locked=True, of=("self",))
        .select_related("permit__customer", "card")
        .filter(pk=pk, ended_at__isnull=True)
        .first()
    )
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
    if fresh is not None:
        is_due = consent.next_try_at is not None and consent.next_try_at <= at
        if is_due:
            later("permits.charge_renewal", consent=consent.pk)
        return is_due
    rules = programme.in_force(at).programme
    kind = rules.permit_type(permit.type_code)
    status = permit.status_at(at)
    if status is Status.SUSPENDED:
        return False
    if status not in (Status.ACTIVE, Status.SCHEDULED):
        _end(consent, say("The permit ended."), by=SYSTEM, at=at)
        if permit.replacements.filter(paid_at__isnull=False).exists():
            # Its holder goes on parking, and is not to believe that this renews as well.
            notices.tell("permit.renews_no_more", permit, at=at, occasion=str(consent.reference))
        return True
    if kind is None or kind.renewal is None or not kind.renewal.automatic:
        _end(consent, say("This kind of permit renews by itself no more."), by=SYSTEM, at=at)
        notices.tell("permit.renews_no_more", permit, at=at, occasion=str(consent.reference))
        return True
    if consent.noticed_at is None:
        return _give_notice(consent, kind.renewal, at=at)
    due = rule.charge_at(
        kind.renewal, noticed_at=consent.noticed_at, ends_at=permit.ends_at, zone=rules.tz
    )
    if at < max(due, consent.next_try_at or due):
        return False
    try:
        with transaction.atomic():
            fresh = _renew(consent, by=SYSTEM, at=at)
            if consent.told_minor is None or _total(fresh) > consent.told_minor:
                raise _DearerThanTold
    except _DearerThanTold:
        return _give_notice(consent, kind.renewal, at=at)
    except Refused as refusal:
        consent.tries += 1
        consent.next_try_at = rule.next_try(consent.tries, ends_at=permit.ends_at, at=at)
        consent.next_try_at = consent.next_try_at or permit.ends_at
        consent.save(update_fields=["tries", "next_try_at"])
        _tell_failure(consent, permit, refusal.reason, at=at, is_last=False)
    return True


def _give_notice(consent: RenewalConsent, renewal: Renewal, *, at: datetime) -> bool:
    """Tell the holder what will be charged and when, once the time for it has come."""
    permit = consent.permit
    rules = programme.in_force(at).programme
    if at < rule.notice_from(renewal, permit.ends_at, rules.tz):
        return False
    charged = rule.charge_at(renewal, noticed_at=at, ends_at=permit.ends_at, zone=rules.tz)
    listed = plates_of([permit], at=at).get(permit.pk, ())
    price, why_not = None, ""
    try:
        price = sale.offer_for(
            type_code=permit.type_code,
            customer=permit.customer,
            plates=tuple(Plate(plate.text, plate.key, plate.region) for plate in listed),
            start=permit.ends_at,
            renews=permit,
            at=at,
        ).quote.total
    except Refused as refusal:
        why_not = refusal.reason
    consent.noticed_at, consent.told_minor = at, price.minor if price is not None else None
    consent.save(update_fields=["noticed_at", "told_minor"])
    notices.tell(
        "permit.renewal_notice",
        permit,
        at=at,
        occasion=f"{permit.ends_at.isoformat()}:{consent.told_minor}",
        price=price,
        why_not=why_not,
        charged=clock_text(charged, rules.tz),
        card=consent.card.card,
        stop_path=_stop_path(permit),
    )
    _record("renewal_noticed", permit, by=SYSTEM, at=at, price=price.amount if price else "")
    return True


def _renew(consent: RenewalConsent, *, by: Actor, at: datetime) -> Permit:
    """Hold the next permit until its first day, and promise the charge."""
    permit = consent.permit
    fresh = renewing.renew_permit(permit.number, channel=Permit.Channel.PORTAL, by=by, at=at)
    consent.tries, consent.next_try_at = 0, None
    consent.save(update_fields=["tries", "next_try_at"])
    if fresh.paid_at is None:
        fresh.pay_until = permit.ends_at
        fresh.hold_expires_at = max(fresh.hold_expires_at or permit.ends_at, permit.ends_at)
        fresh.save(update_fields=["pay_until", "hold_expires_at"])
        later("permits.charge_renewal", consent=consent.pk)
    return fresh


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
    _record("renewal_declined", fresh, by=SYSTEM, at=at, reason=why, tries=consent.tries)
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
        occasion=f"{consent.permit.ends_at.isoformat()}:{consent.tries}",
        why=why,
        again="" if is_last else clock_text(consent.next_try_at or at, zone),
        until=clock_text(consent.permit.ends_at, zone),
        pay_path=reverse("portal_permits:pay", args=[permit.number]) if unpaid else "",
        stop_path=_stop_path(consent.permit),
    )


def _end(consent: RenewalConsent, reason: str, *, by: Actor, at: datetime) -> None:
    consent.ended_at, consent.end_reason = at, str(reason)[:300]
    consent.save(update_fields=["ended_at", "end_reason"])
    payments.forget_card(consent.card_id, by=by, at=at)
    _record("renewal_stopped", consent.permit, by=by, at=at, reason=str(reason))


def _total(permit: Permit) -> int:
    return permit.net_minor + permit.tax_minor


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


def _stop_path(permit: Permit) -> str:
    return reverse("portal_permits:automatic", args=[permit.number])


def _record(
    event: str, permit: Permit, *, by: Actor, at: datetime, reason: str = "", **data: object
) -> None:
    audit.record(
        f"permit.{event}",
        subject=("permit", permit.number),
        actor=by,
        at=at,
        reason=str(reason),
        **data,
    )
