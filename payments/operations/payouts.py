"""How money that the provider pays out to the bank is noted."""

from datetime import datetime

from django.db import IntegrityError, transaction

from parkops.audit import operations as audit
from parkops.kernel.actors import SYSTEM
from payments import place
from payments.accounts import CARD_CLEARING, IN_TRANSIT
from payments.gateways.base import PayoutState, PayoutStatus
from payments.models import Payout
from payments.operations import ledger
from payments.operations.ledger import Leg

GONE = (PayoutStatus.PENDING, PayoutStatus.PAID)
"""While a payout stands so, its money is no longer at the provider."""


@transaction.atomic
def note_payout(said: PayoutState, *, at: datetime) -> Payout | None:
    """Let a payout be what the provider says: on its way to the bank, or back. None in another currency."""
    if said.amount.currency != place.currency():
        return None
    payout = _locked(said)
    gone = said.amount.minor if said.status in GONE else 0
    moved = gone - payout.posted_minor
    was = payout.status
    payout.status, payout.failure = said.status, said.failure[:300]
    payout.arrives_at, payout.posted_minor = said.arrives_at, gone
    payout.postings += bool(moved)
    payout.save()
    ledger.post(
        f"payout:{payout.provider_id}:{payout.postings}",
        [Leg(IN_TRANSIT, moved), Leg(CARD_CLEARING, -moved)],
        text=f"{payout}: {payout.get_status_display().lower()}",
        by=SYSTEM,
        at=at,
    )
    if moved or was != payout.status:
        audit.record(
            f"payout.{said.status}",
            subject=("payout", payout.provider_id),
            actor=SYSTEM,
            at=at,
            reason=payout.failure,
        )
    return payout


def _locked(said: PayoutState) -> Payout:
    rows = Payout.objects.select_for_update()
    found = rows.filter(provider_id=said.payout_id).first()
    if found is not None:
        return found
    try:
        with transaction.atomic():
            return Payout.objects.create(
                provider_id=said.payout_id,
                status=said.status,
                amount_minor=said.amount.minor,
                made_at=said.at,
                arrives_at=said.arrives_at,
            )
    except IntegrityError:
        return rows.get(provider_id=said.payout_id)
