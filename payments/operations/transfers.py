"""How checkouts by bank transfer are written down and closed, and the bank's lines put to them."""

from uuid import uuid4

from django.db import transaction
from django.db.models.functions import Now

from parkops.kernel.money import Money
from payments import queries
from payments.bank.references import reference_of
from payments.models import BankLine, Transfer


@transaction.atomic
def keep_transfer(
    *, key: str, digest: str, client_reference: str, amount: Money, url: str, expires_at
) -> Transfer:
    """Write down what somebody is asked to send; the same key gives the same one again."""
    made, is_new = Transfer.objects.get_or_create(
        idempotency_key=key,
        defaults={
            "session_id": f"bt_{uuid4().hex}",
            "digest": digest,
            "client_reference": client_reference,
            # Its own number makes the reference, and is known once the row stands.
            "reference": uuid4().hex[:25],
            "amount_minor": amount.minor,
            "currency": amount.currency,
            "url": url,
            "expires_at": expires_at,
        },
    )
    if is_new:
        made.reference = reference_of(f"T{made.pk:08}")
        made.save(update_fields=["reference"])
        made.refresh_from_db(fields=["created_at"])
    return made


@transaction.atomic
def close_transfer(session_id: str) -> tuple[Transfer, list[BankLine]] | None:
    """Close a transfer unless all of it came; return it with what came. None if there is none."""
    transfer = Transfer.objects.select_for_update().filter(session_id=session_id).first()
    if transfer is None:
        return None
    came = queries.lines_of_transfer(transfer)
    is_whole = sum(line.amount_minor for line in came) >= transfer.amount_minor
    if transfer.closed_at is None and not is_whole:
        transfer.closed_at = Now()
        transfer.save(update_fields=["closed_at"])
        transfer.refresh_from_db(fields=["closed_at"])
    return transfer, came


def put_to_transfer(line: BankLine, transfer: Transfer) -> None:
    """Note on a locked line that it is of a transfer, which is closed by nobody meanwhile."""
    line.transfer = Transfer.objects.select_for_update().get(pk=transfer.pk)
