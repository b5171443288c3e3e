"""The figures of the dashboards: what each counts, what it is compared with, and the list that it leads to."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime

from django.urls import reverse

from parkops.kernel.money import Money
from parkops.kernel.permissions import Permission
from parkops.ui import charts, words
from reporting.dashboards.limits import Limit
from reporting.dashboards.look import Look, link
from reporting.models import FigureLimit
from reporting.queries.desks import LimitNow
from reporting.queries.live import Series

P = Permission
READ_BY_ALL = frozenset({"day", "programme", "currency", "limits"})


def _nothing(_look: Look) -> str:
    return ""


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure, for those who may open the list that it counts (`page`, narrowed by `query`).

    `reads` are the fields of the figures that it is drawn from, besides those that all are (`READ_BY_ALL`).
    `address` is its list where that depends on who looks. One with a `series` counts up from midnight and is
    compared with the same weekday a week before; `is_own` ones are of the person who looks. `on_wall` ones name
    nobody, and no money.
    """

    code: str
    label: str
    permission: Permission
    reads: tuple[str, ...]
    value: Callable[[Look], int | Money]
    page: str
    query: Callable[[Look], str] = _nothing
    address: Callable[[Look], str] = _nothing
    note: Callable[[Look], str] = _nothing
    of: Callable[[Look], str] = _nothing
    series: str = ""
    is_own: bool = False
    on_wall: bool = False


@dataclass(frozen=True, slots=True)
class Stat:
    """A figure as it is drawn in its bay."""

    code: str
    label: str
    value: int | Money
    url: str
    of: str = ""
    strong: str = ""
    note: str = ""
    spark: charts.Spark | None = None
    tone: str = ""
    because: str = ""


def _to_hear(count: int) -> str:
    return "1 appeal to be heard in all" if count == 1 else f"{count:,} appeals to be heard in all"


def _money_figure(look: Look, minor: int) -> Money:
    return Money(minor, look.counts.currency)


FIGURES = {
    figure.code: figure
    for figure in (
        Figure(
            "occupied",
            "Occupied now",
            P.CITATION_VIEW,
            ("zones",),
            lambda look: look.counts.occupied,
            "office_dashboard:present",
            of=lambda look: f"{look.counts.spaces:,}" if look.counts.spaces else "",
            note=lambda _: "counted, or seen or paid for in the last three hours",
            on_wall=True,
        ),
        Figure(
            "permits",
            "Permits in force",
            P.PERMIT_VIEW,
            ("permits_active",),
            lambda look: look.counts.permits_active,
            "office_permits:list",
            lambda _: "status=active",
            on_wall=True,
        ),
        Figure(
            "sold",
            "Permits sold today",
            P.PERMIT_VIEW,
            ("sold",),
            lambda look: look.counts.sold.total,
            "office_permits:list",
            lambda _: "view=sold",
            series="sold",
            on_wall=True,
        ),
        Figure(
            "checks",
            "Plates checked",
            P.CITATION_VIEW,
            ("checks",),
            lambda look: look.counts.checks.total,
            "office_checks:list",
            lambda look: look.day,
            series="checks",
            on_wall=True,
        ),
        Figure(
            "citations",
            "Citations today",
            P.CITATION_VIEW,
            ("citations",),
            lambda look: look.counts.citations.total,
            "office_citations:list",
            lambda look: f"view=ours&{look.day}",
            series="citations",
            on_wall=True,
        ),
        Figure(
            "taken",
            "Taken today",
            P.PAYMENT_VIEW,
            ("taken",),
            lambda look: _money_figure(look, look.counts.taken.total),
            "office_payments:list",
            lambda look: f"state=succeeded&{look.day}",
            series="taken",
        ),
        Figure(
            "held",
            "Held carts",
            P.PERMIT_VIEW,
            ("permits_held",),
            lambda look: look.counts.permits_held,
            "office_permits:list",
            lambda _: "status=held",
            note=lambda _: "places kept, not paid yet",
        ),
        Figure(
            "to_approve",
            "Permits to approve",
            P.PERMIT_VIEW,
            ("permits_to_approve",),
            lambda look: look.counts.permits_to_approve,
            "office_permits:list",
            lambda _: "status=pending",
            note=lambda _: "paid, waiting for a look at their documents",
        ),
        Figure(
            "unpaid",
            "Unpaid citations",
            P.CITATION_VIEW,
            ("citations_unpaid",),
            lambda look: look.counts.citations_unpaid,
            "office_citations:list",
            lambda _: "view=unpaid",
            note=lambda _: "issued by us, still owing",
        ),
        Figure(
            "officers",
            "Officers on shift",
            P.DISPATCH_VIEW,
            ("officers_on_shift",),
            lambda look: look.counts.officers_on_shift,
            "office_dispatch:officers",
            note=lambda _: "since they signed on",
            on_wall=True,
        ),
        Figure(
            "calls",
            "Open calls",
            P.DISPATCH_VIEW,
            ("calls_open",),
            lambda look: look.waiting.calls_open,
            "office_dispatch:board",
            note=lambda _: "for an officer, with all who have one",
            on_wall=True,
        ),
        Figure(
            "calls_new",
            "Calls with nobody",
            P.DISPATCH_VIEW,
            ("calls_new",),
            lambda look: look.waiting.calls_new,
            "office_dispatch:board",
            lambda _: "view=new",
            note=lambda _: "not given to an officer yet",
        ),
        Figure(
            "calls_late",
            "Late calls",
            P.DISPATCH_VIEW,
            ("calls_late",),
            lambda look: look.waiting.calls_late,
            "office_dispatch:board",
            lambda _: "view=late",
            note=lambda _: "nobody came in time",
            on_wall=True,
        ),
        Figure(
            "voids",
            "Voids to accept",
            P.CITATION_VIEW,
            ("voids",),
            lambda look: look.waiting.voids,
            "office_citations:list",
            lambda _: "view=voids",
            note=lambda _: "asked for, a second person decides",
        ),
        Figure(
            "proofs",
            "Proofs to look at",
            P.CITATION_VIEW,
            ("proofs", "oldest_proof_at"),
            lambda look: look.waiting.proofs,
            "office_citations:list",
            lambda _: "view=proofs",
            note=lambda look: _since(look, "the oldest of", look.waiting.oldest_proof_at),
        ),
        Figure(
            "appeals",
            "Appeals waiting",
            P.APPEAL_VIEW,
            ("appeals_waiting", "oldest_appeal_at"),
            lambda look: look.counts.appeals_waiting,
            "office_appeals:list",
            note=lambda look: _since(look, "the oldest filed", look.counts.oldest_appeal_at),
            on_wall=True,
        ),
        Figure(
            "my_appeals",
            "My appeals",
            P.APPEAL_DECIDE,
            ("appeals_of",),
            lambda look: look.waiting.appeals_of.get(look.ref, 0),
            "office_appeals:list",
            lambda _: "view=mine",
            note=lambda _: "in your own queue",
            is_own=True,
        ),
        Figure(
            "appeals_due",
            "Appeals due",
            P.APPEAL_VIEW,
            ("appeals_due",),
            lambda look: look.waiting.appeals_due,
            "office_appeals:list",
            lambda _: "view=due",
            note=lambda _: "promised within two days, or late",
        ),
        Figure(
            "appeals_with_nobody",
            "Appeals with nobody",
            P.APPEAL_VIEW,
            ("appeals_with_nobody",),
            lambda look: look.waiting.appeals_with_nobody,
            "office_appeals:list",
            lambda _: "view=unassigned",
            note=lambda _: "in no reviewer's queue",
        ),
        Figure(
            "hearings",
            "Hearings today",
            P.APPEAL_VIEW,
            ("hearings_today", "appeals_to_hear"),
            lambda look: look.waiting.hearings_today,
            "office_hearings:day",
            note=lambda look: _to_hear(look.waiting.appeals_to_hear),
        ),
        Figure(
            "my_receipts",
            "Receipts in my drawer",
            P.PAYMENT_TAKE,
            ("drawers",),
            lambda look: _own_drawer(look)[0],
            "office_counter:drawers",
            lambda _: "state=open",
            address=lambda look: _own_drawer(look)[2],
            note=lambda look: _own_drawer(look)[1],
            is_own=True,
        ),
        Figure(
            "to_review",
            "Payments to look into",
            P.PAYMENT_VIEW,
            ("payments_to_review",),
            lambda look: look.counts.payments_to_review,
            "office_payments:list",
            lambda _: "state=needs_review",
            note=lambda _: "what the card provider says does not match",
        ),
        Figure(
            "refunds",
            "Refunds not done",
            P.PAYMENT_VIEW,
            ("refunds",),
            lambda look: look.waiting.refunds,
            "office_payments:refunds",
            note=lambda _: "to accept, to pay out, or failed",
        ),
        Figure(
            "plans",
            "Plans to decide",
            P.PAYMENT_VIEW,
            ("plans",),
            lambda look: look.waiting.plans,
            "office_plans:list",
            lambda _: "state=asked",
            note=lambda _: "somebody asks to pay in parts",
        ),
        Figure(
            "disputes",
            "Chargebacks to answer",
            P.PAYMENT_VIEW,
            ("disputes",),
            lambda look: look.waiting.disputes,
            "office_disputes:list",
            lambda _: "view=waiting",
            note=lambda _: "without an answer the money is lost",
        ),
        Figure(
            "differences",
            "Open differences",
            P.PAYMENT_VIEW,
            ("differences_open",),
            lambda look: look.counts.differences_open,
            "office_reconciliation:differences",
            note=lambda _: "with the card provider or the bank",
        ),
        Figure(
            "bank_lines",
            "Bank lines to look at",
            P.PAYMENT_VIEW,
            ("bank_lines",),
            lambda look: look.waiting.bank_lines,
            "office_bank:list",
            note=lambda _: "nobody knows yet what they are for",
        ),
        Figure(
            "overdue",
            "Invoices overdue",
            P.PAYMENT_VIEW,
            ("invoices_overdue", "invoices_overdue_minor"),
            lambda look: look.waiting.invoices_overdue,
            "office_invoices:list",
            lambda _: "state=overdue",
            note=lambda look: _owed(look, look.waiting.invoices_overdue_minor),
        ),
        Figure(
            "to_sign",
            "Drawers to sign off",
            P.PAYMENT_VIEW,
            ("drawers_to_sign",),
            lambda look: look.waiting.drawers_to_sign,
            "office_counter:drawers",
            lambda _: "state=to_sign",
            note=lambda _: "counted, waiting for a second person",
        ),
        Figure(
            "to_deposit",
            "To take to the bank",
            P.DRAWER_SIGN,
            ("to_deposit",),
            lambda look: look.waiting.to_deposit,
            "office_counter:new_deposit",
            note=lambda _: "drawers, drops and checks that lie here",
        ),
        Figure(
            "books",
            "Differences in the books",
            P.LEDGER_VIEW,
            ("books_differ", "proven_at"),
            lambda look: look.counts.books_differ,
            "office_ledger:proof",
            note=lambda look: _since(look, "proven", look.waiting.proven_at) or "never proven yet",
        ),
        Figure(
            "jobs",
            "Failed jobs",
            P.JOB_VIEW,
            ("jobs_failed",),
            lambda look: look.counts.jobs_failed,
            "office_jobs:list",
            lambda _: "state=failed",
            note=lambda _: "reports and imports that stopped",
        ),
    )
}


def stat(figure: Figure, look: Look) -> Stat:
    """Return a figure as it is drawn, coloured where it is beyond a limit."""
    strong, note, spark = "", figure.note(look), None
    if figure.series:
        series: Series = getattr(look.counts, figure.series)
        strong, note = against(series, look, is_money=figure.series == "taken")
        spark = charts.spark(
            _running(series.today[: series.hour + 1]), before=_running(series.before)
        )
    value = figure.value(look)
    beyond = beyond_limits(figure, look)
    return Stat(
        figure.code,
        figure.label,
        value,
        figure.address(look) or link(figure.page, figure.query(look)),
        of=figure.of(look),
        strong=strong,
        note=note,
        spark=spark,
        tone="bad" if any(one.tone == "bad" for one in beyond) else "warn" if beyond else "",
        because=limit_text(figure, beyond[-1], look) if beyond else "",
    )


def beyond_limits(figure: Figure, look: Look) -> list[LimitNow]:
    """Return the limits that a figure is beyond now, of those for all and the person's own; the farthest last."""
    value = figure.value(look)
    number = value.minor if isinstance(value, Money) else value
    found = [
        one
        for one in look.waiting.limits
        if one.figure == figure.code
        and one.owner in ("", look.ref)
        and one.is_watched
        and _rule(one).is_beyond(number)
    ]
    return sorted(found, key=lambda one: (one.tone == "bad", one.amount))


def limit_text(figure: Figure, limit: LimitNow | FigureLimit, look: Look) -> str:
    """Return a limit in words: under 5, Mon-Fri 10:00-16:00."""
    return _rule(limit).text(said(figure, limit.amount, look))


def _rule(limit: LimitNow | FigureLimit) -> Limit:
    return Limit(limit.direction, limit.amount, limit.hours)


def said(figure: Figure, number: int, look: Look) -> str:
    """Return a value of a figure in words: 1,204 or $1,204.00."""
    if figure.series != "taken":
        return f"{number:,}"
    return words.money_text(_money_figure(look, number), look.locale)


def against(series: Series, look: Look, *, is_money: bool = False) -> tuple[str, str]:
    """Return how a figure stands to the same weekday a week before, up to this hour."""
    weekday = f"last {date.fromisoformat(look.counts.day):%A}"
    more = series.total - series.total_before
    if more == 0:
        return "", f"as {'much' if is_money else 'many'} as {weekday}"
    if is_money:
        amount = words.money_text(_money_figure(look, abs(more)), look.locale)
        return f"{amount} {'more' if more > 0 else 'less'}", f"than {weekday}"
    return f"{abs(more):,} {'more' if more > 0 else 'fewer'}", f"than {weekday}"


def _running(values: list[int]) -> list[float]:
    total, found = 0, []
    for value in values:
        total += value
        found.append(float(total))
    return found


def _since(look: Look, said: str, at: str) -> str:
    return f"{said} {datetime.fromisoformat(at).astimezone(look.rules.tz):%-d %B}" if at else ""


def _owed(look: Look, minor: int) -> str:
    if not minor:
        return "all are paid or not due yet"
    return f"{words.money_text(_money_figure(look, minor), look.locale)} owed"


def _own_drawer(look: Look) -> tuple[int, str, str]:
    """How many receipts the person who looks has in an open drawer, since when it is open, and its page."""
    mine = [one for one in look.waiting.drawers if one.holder_ref == f"staff:{look.ref}"]
    if not mine:
        return 0, "you have no drawer open", ""
    opened = datetime.fromisoformat(mine[0].opened_at).astimezone(look.rules.tz)
    page = reverse("office_counter:drawer", args=[mine[0].id])
    return mine[0].receipts, f"in {mine[0].name}, open since {opened:%H:%M}", page
