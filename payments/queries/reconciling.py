"""What reconciliation compares: ours as the rules want it, and what differs now."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import Q, QuerySet, Sum

from parkops.kernel.decisions import NotFound
from payments import place
from payments.accounts import CARD_CLEARING, IN_TRANSIT
from payments.models import (
    BankLine,
    BankStatement,
    Comparison,
    Deposit,
    Discrepancy,
    Dispute,
    LedgerEntry,
    LedgerTransaction,
    Payment,
    Payout,
    Refund,
    TerminalBatch,
)
from payments.rules.reconciling import Found, Movement, OurDispute, OurPayment, OurRefund, Ours

BOOKED = "provider:"
"""How the sources begin of postings of bookings that only the provider knew."""
WAY_TO_THE_BANK = timedelta(days=5)
LINE_WAITS = timedelta(days=2)
_MARGIN = timedelta(days=2)


def ours(
    provider: str, movements: Sequence[Movement], disputes: Sequence[str], *, since: datetime
) -> Ours:
    """Return our payments by a provider, refunds and chargebacks since an instant, and those that are told of."""
    intents = {one.intent_id for one in movements if one.intent_id}
    sources = {one.source for one in movements}
    recent = Q(created_at__gte=since - _MARGIN)
    payments = Payment.objects.filter(recent | Q(intent_id__in=intents), provider=provider)
    refunds = Refund.objects.filter(
        recent | Q(provider_id__in=sources), payment__provider=provider
    ).select_related("payment")
    noted = Dispute.objects.filter(provider_id__in=disputes).select_related("payment")
    marks = [f"{BOOKED}{one.id}" for one in movements]
    booked = LedgerTransaction.objects.filter(source__in=marks).values_list("source", flat=True)
    unclear = _not_in_the_books(payments)
    return Ours(
        payments=[
            OurPayment(
                one.number,
                one.intent_id,
                str(one.public_id),
                "unclear" if one.pk in unclear else one.state,
                one.amount_minor,
                one.fee_minor,
                one.created_at,
            )
            for one in payments
        ],
        refunds=[
            OurRefund(
                one.number,
                one.payment.number,
                one.provider_id or "",
                str(one.public_id),
                one.state,
                one.amount_minor,
                one.created_at,
            )
            for one in refunds
        ],
        disputes=[
            OurDispute(
                one.provider_id,
                one.payment.number,
                one.withdrawn_minor,
                one.fee_minor,
                one.opened_at,
            )
            for one in noted
        ],
        booked=frozenset(source.removeprefix(BOOKED) for source in booked),
    )


def _not_in_the_books(payments: QuerySet[Payment]) -> set[int]:
    """Return which of the payments that wait for a look have no money in the books."""
    waiting = payments.filter(state=Payment.State.NEEDS_REVIEW).values_list("pk", "number")
    marks = {f"payment:{number}:aside": pk for pk, number in waiting}
    booked = LedgerTransaction.objects.filter(source__in=marks).values_list("source", flat=True)
    return set(marks.values()) - {marks[source] for source in booked}


def at_the_provider() -> int:
    """Return what our books have on the account at the provider."""
    rows = LedgerEntry.objects.filter(account=CARD_CLEARING)
    return rows.aggregate(total=Sum("amount_minor"))["total"] or 0


def with_the_bank(at: datetime) -> list[Found]:
    """Return deposits and payouts that have not come to the bank, and lines of the bank's that nobody
    has looked at; nothing where no statement was ever read."""
    if not BankStatement.objects.exists():
        return []
    came = Counter(
        BankLine.objects.filter(booked_to=IN_TRANSIT).values_list("amount_minor", flat=True)
    )
    waiting = list(
        BankLine.objects.filter(state=BankLine.State.OPEN).order_by("booked_on", "pk")[:500]
    )
    found, lines = [], list(waiting)
    for subject, text, minor, made_at in _on_their_way():
        if came[minor] > 0:
            came[minor] -= 1
            continue
        day = place.local_date(made_at)
        line = next(
            (one for one in lines if one.amount_minor == minor and one.booked_on >= day), None
        )
        if line is not None:
            lines.remove(line)
            text, act = (
                f"{text} seems to have come to the bank on {line.booked_on:%-d %b %Y}.",
                "arrive",
            )
            about = {"line": str(line.public_id), "what": subject}
        elif made_at < at - WAY_TO_THE_BANK:
            text, act, about = f"{text} has not come to the bank yet.", "", {}
        else:
            continue
        theirs = line.amount_minor if line else None
        found.append(Found("not_at_bank", subject, text, minor, theirs, 0, made_at, act, about))
    for line in lines:
        read_at = place.day_start(line.booked_on)
        if read_at < at - LINE_WAITS:
            who = line.party or line.text or line.bank_reference
            found.append(
                Found(
                    "bank_line",
                    f"line:{line.public_id}",
                    f"The bank has a line that nobody has looked at: {who}.",
                    None,
                    line.amount_minor,
                    0,
                    read_at,
                    about={"line": str(line.public_id)},
                )
            )
    return found


def _on_their_way() -> list[tuple[str, str, int, datetime]]:
    """Return deposits, payouts and days of the terminal, the oldest first: subject, words, amount, when."""
    found = [
        (f"deposit:{one.number}", f"Deposit {one.number}", one.total_minor, one.made_at)
        for one in Deposit.objects.order_by("-made_at")[:500]
    ]
    found += [
        (f"payout:{one.provider_id}", f"Payout {one.provider_id}", one.posted_minor, one.made_at)
        for one in Payout.objects.exclude(posted_minor=0).order_by("-made_at")[:500]
    ]
    found += [
        (f"terminal:{one.number}", f"Terminal batch {one.number}", one.total_minor, one.closed_at)
        for one in TerminalBatch.objects.filter(total_minor__gt=0).order_by("-closed_at")[:500]
    ]
    return sorted(found, key=lambda one: one[3])


def discrepancies(state: str = "") -> QuerySet[Discrepancy]:
    """Return what differs, or did, in no order."""
    rows = Discrepancy.objects.all()
    return rows.filter(state=state) if state else rows


def discrepancy(public_id: UUID) -> Discrepancy:
    """Return one difference.

    :raises NotFound: if this tenant has none of this id.
    """
    found = Discrepancy.objects.filter(public_id=public_id).first()
    if found is None:
        raise NotFound("There is no such difference.")
    return found


def last_comparison() -> Comparison | None:
    """Return the newest comparing that came to an end."""
    return Comparison.objects.filter(failure="").order_by("-ran_at", "-pk").first()


def last_try() -> Comparison | None:
    """Return the newest comparing, also one that failed."""
    return Comparison.objects.order_by("-ran_at", "-pk").first()


def payouts() -> QuerySet[Payout]:
    """Return all payouts, in no order."""
    return Payout.objects.all()
