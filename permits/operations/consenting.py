"""A holder lets a permit renew by itself with a saved card, and stops it."""

from datetime import datetime

from django.db import transaction
from django.urls import reverse

from parkops.audit import operations as audit
from parkops.kernel.actors import Actor
from parkops.kernel.texts import say
from parkops.ui.speech import said
from payments import operations as payments
from payments.models import SavedCard
from permits.models import Permit, RenewalConsent
from permits.operations import notices
from permits.operations.common import known
from permits.queries import consents
from permits.rules import auto_renewals as rule


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
            end_consent(before, say("Another card was given."), by=by, at=at)
        consent = RenewalConsent.objects.create(
            customer_id=permit.customer_id,
            permit=permit,
            card=saved,
            wording=said(consents.words_for(permit, at=at)),
            version=rule.VERSION,
            language=language,
            agreed_at=at,
        )
        record_act("renewal_agreed", permit, by=by, at=at, version=rule.VERSION)
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
            record_act("renewal_card_saved", permit, by=by, at=at, card=saved.card)
            notices.tell(
                "permit.renews_itself",
                permit,
                at=at,
                occasion=str(consent.reference),
                card=saved.card,
                wording=consent.wording,
                stop_path=stop_path(permit),
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
    end_consent(found, reason.strip() or say("Stopped by the holder."), by=by, at=at)
    if was_saved:
        notices.tell("permit.renews_no_more", permit, at=at, occasion=str(found.reference))


def end_consent(consent: RenewalConsent, reason: str, *, by: Actor, at: datetime) -> None:
    """End a locked consent and forget its card."""
    consent.ended_at, consent.end_reason = at, str(reason)[:300]
    consent.save(update_fields=["ended_at", "end_reason"])
    payments.forget_card(consent.card_id, by=by, at=at)
    record_act("renewal_stopped", consent.permit, by=by, at=at, reason=str(reason))


def stop_path(permit: Permit) -> str:
    """Return where a holder stops it."""
    return reverse("portal_permits:automatic", args=[permit.number])


def record_act(
    event: str, permit: Permit, *, by: Actor, at: datetime, reason: str = "", **data: object
) -> None:
    """Keep in the log what was done about the renewals of a permit."""
    audit.record(
        f"permit.{event}",
        subject=("permit", permit.number),
        actor=by,
        at=at,
        reason=str(reason),
        **data,
    )
