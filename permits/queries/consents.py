"""Which permits renew by themselves, as their holders and the office see it."""

from datetime import datetime

from django.db import connection

from parkops.kernel.decisions import Decision
from parkops.programme import queries as programme
from payments import gateways
from payments.models import SavedCard
from permits.models import Permit, RenewalConsent
from permits.queries.permits import type_of
from permits.rules import auto_renewals as rule


def open_consent(permit: Permit) -> RenewalConsent | None:
    """Return the consent under which a permit renews, or is to once its card is saved."""
    rows = RenewalConsent.objects.select_related("card", "customer", "permit")
    return rows.filter(permit=permit, ended_at__isnull=True).first()


def renews_by_itself(permit: Permit) -> bool:
    """Return whether a permit renews with a card that is saved."""
    return permit.consents.filter(ended_at__isnull=True, card__state=SavedCard.State.SAVED).exists()


def has_begun_next(permit: Permit, *, at: datetime) -> bool:
    """Return whether a permit renews by itself, or its renewal waits for its money."""
    waits = permit.renewals.filter(
        paid_at__isnull=True,
        cancelled_at__isnull=True,
        lapsed_at__isnull=True,
        hold_expires_at__gt=at,
    )
    return open_consent(permit) is not None or waits.exists()


def may_agree(permit: Permit, *, at: datetime) -> Decision:
    """Decide whether a permit may be let renew by itself."""
    kind = programme.in_force(at).programme.permit_type(permit.type_code) or type_of(permit)
    return rule.may_agree(
        kind,
        status=permit.status_at(at),
        takes_cards=gateways.takes_cards(connection.tenant),
    )


def words_for(permit: Permit, *, at: datetime) -> str:
    """Return what the holder of a permit would agree to."""
    kind = programme.in_force(at).programme.permit_type(permit.type_code) or type_of(permit)
    return rule.consent_text(kind, tenant=connection.tenant.name, number=permit.number)


def charged_from(permit: Permit, *, at: datetime) -> datetime | None:
    """Return from when the card is charged for the next permit."""
    rules = programme.in_force(at).programme
    kind = rules.permit_type(permit.type_code)
    if kind is None or kind.renewal is None:
        return None
    return rule.charge_from(kind.renewal, permit.ends_at, rules.tz)
