"""How long a permit may be suspended, and what that time gives back."""

from datetime import datetime
from fractions import Fraction
from zoneinfo import ZoneInfo

from parkops.kernel.dates import local_date
from parkops.kernel.decisions import ALLOWED, Decision
from parkops.kernel.money import Money
from parkops.kernel.periods import Period
from parkops.kernel.texts import say
from permits.rules.amounts import Line, rounded
from permits.rules.refunds import RefundQuote
from permits.rules.terms import clock_text, own_days


def may_suspend(
    *, ends_at: datetime, begins: datetime, until: datetime | None, zone: ZoneInfo, at: datetime
) -> Decision:
    """Decide whether a permit that ends at `ends_at` may be suspended for [begins, until)."""
    if begins < at:
        return Decision("dates", "A suspension begins now or later.", "from_on")
    if begins >= ends_at:
        ends = clock_text(ends_at, zone)
        return Decision(
            "dates", say("The permit ends {ends}: begin before that.", ends=ends), "from_on"
        )
    if until is not None and until <= begins:
        return Decision("dates", "The last day is before the first.", "until_on")
    return ALLOWED


def credit(
    *, net_paid: Money, tax_paid: Money, period: Period, paused: Period, zone: ZoneInfo
) -> RefundQuote:
    """Return what a suspension of [paused.start, paused.end) gives back of what was paid.

    The share is the local days from the first of the suspension to its last, the last not counted,
    within the term, over the days of the term; rounded half up, once each for net and tax.
    """
    first, after = own_days(period, zone)
    begins = max(local_date(paused.start, zone), first)
    ends = min(local_date(paused.end, zone), after)
    days, whole = max((ends - begins).days, 0), (after - first).days
    share = Fraction(days, whole)
    net = rounded(share * net_paid.minor, net_paid.currency)
    tax = rounded(share * tax_paid.minor, net_paid.currency)
    why = say("Suspended for {days} of {whole} days.", days=days, whole=whole)
    lines = [Line(say("Days suspended"), net)] if net else []
    if tax:
        lines.append(Line(say("Tax on them"), tax))
    return RefundQuote(net, tax, tuple(lines), (why,))
