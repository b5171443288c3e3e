"""What the bank says, what its lines may be for, and what waits for a look."""

from collections import Counter
from uuid import UUID

from django.db.models import Count, Q, QuerySet

from parkops.kernel.decisions import NotFound
from payments.bank.matching import Asked, Transfer
from payments.models import BankLine, BankStatement, Payment, Refund
from payments.queries.invoices import open_invoices


def bank_lines(*, state: str = "", text: str = "") -> QuerySet[BankLine]:
    """Return lines in a state whose payer, reference or text has `text`, in no order."""
    rows = BankLine.objects.select_related("payment", "refund")
    if state:
        rows = rows.filter(state=state)
    if text.strip():
        words = text.strip()
        rows = rows.filter(
            Q(party__icontains=words)
            | Q(text__icontains=words)
            | Q(reference__icontains=words.replace(" ", ""))
            | Q(bank_reference__iexact=words)
            | Q(payment__number__iexact=words)
        )
    return rows


def bank_line(public_id: UUID) -> BankLine:
    """Return the line of this id.

    :raises NotFound: if this tenant has none.
    """
    rows = BankLine.objects.select_related("statement", "payment", "refund", "counterpart")
    found = rows.filter(public_id=public_id).first()
    if found is None:
        raise NotFound("There is no such bank line.")
    return found


def lines_by_state() -> dict[str, int]:
    """Return how many lines there are in each state."""
    rows = BankLine.objects.values_list("state").annotate(count=Count("pk")).order_by("state")
    return Counter(dict(rows))


def statements_read() -> QuerySet[BankStatement]:
    """Return the statements that were read, in no order."""
    return BankStatement.objects.all()


def asked() -> list[Asked]:
    """Return the invoices that something is owed of, as transfers are matched with them."""
    return [Asked(one.number, one.reference, one.payer, one.owed) for one in open_invoices()]


def transfer(line: BankLine) -> Transfer:
    """Return a line as it is matched."""
    return Transfer(line.amount_minor, line.reference, line.text, line.party)


def returned_by(line: BankLine) -> BankLine | None:
    """Return the earlier line that this one says it takes back, by the names that the bank gave both."""
    if not line.is_return:
        return None
    named = Q(pk__in=[])
    if line.end_to_end:
        named |= Q(end_to_end=line.end_to_end)
    if line.returns:
        named |= Q(bank_reference=line.returns)
    return could_be_returned(line).filter(named).first()


def could_be_returned(line: BankLine) -> QuerySet[BankLine]:
    """Return earlier lines of the account that a line may take back, the newest first."""
    rows = BankLine.objects.filter(
        account=line.account,
        amount_minor=-line.amount_minor,
        counterpart__isnull=True,
        booked_on__lte=line.booked_on,
    ).exclude(state=BankLine.State.BOOKED)
    return rows.select_related("payment").order_by("-booked_on", "-pk")


def refund_named_by(line: BankLine) -> Refund | None:
    """Return the refund by transfer that a line names, of its amount."""
    words = f"{line.reference} {line.text} {line.end_to_end}".upper()
    return next((one for one in refunds_by_transfer(line) if one.number in words), None)


def refunds_by_transfer(line: BankLine) -> list[Refund]:
    """Return refunds of transfers, of a line's amount, that no line has shown yet."""
    rows = Refund.objects.filter(
        payment__method=Payment.Method.BANK,
        amount_minor=-line.amount_minor,
        state__in=[Refund.State.WAITING, Refund.State.SUCCEEDED],
        bank_lines__isnull=True,
    )
    return list(rows.select_related("payment").order_by("-created_at")[:10])
