"""The shop's pages: choices with price and why, a priced offer, a place in line."""

from collections.abc import Collection
from datetime import datetime, timedelta

from django.urls import reverse

from parkops.customers.models import Customer
from parkops.kernel.decisions import NotFound
from parkops.kernel.texts import joined, say, say_n
from parkops.programme import queries as programme
from parkops.programme.permit_schema import DayTerm, HourTerm, PermitType, Rolling
from parkops.programme.schema import Programme
from parkops.ui.values import Option, Reason
from permits.queries import line, sale
from permits.queries.sale import Offer, Shelf
from permits.rules.grants import describe_grants
from permits.rules.terms import span_text


def options(*, customer: Customer | None, at: datetime) -> list[Option]:
    """Return the listed types as choices, those open to this customer first."""
    shelf = sale.shelf(customer=customer, at=at)
    rules = programme.in_force(at).programme
    rows = [_option(row, rules, is_known=customer is not None) for row in shelf]
    return sorted(rows, key=lambda option: bool(option.refused))


def one(code: str, *, customer: Customer | None, at: datetime) -> Shelf:
    """Return one type as the shop shows it.

    :raises NotFound: if the program in force has no such type, or only the office sells it.
    """
    in_force = programme.in_force(at)
    kind = in_force.programme.permit_type(code)
    if kind is None or kind.visibility == "staff":
        raise NotFound("There is no such permit.")
    return sale.shelf_of(kind, in_force, customer=customer, at=at)


def priced(offer: Offer) -> dict[str, object]:
    """Return what a page shows of an offer: its term, lines, reasons and sums."""
    quote = offer.quote
    return {
        "offer": offer,
        "quote": quote,
        "last_at": quote.period.end - timedelta(seconds=1),
        "lines": [Reason(row.text, row.amount) for row in quote.lines],
        "grants": describe_grants(offer.kind.grants, offer.in_force.programme),
        "span": span_text(quote.period, offer.in_force.programme.tz),
        "total_text": say("Total, tax included") if quote.tax else say("Total"),
    }


def lines_of(groups: Collection[str], *, customer: Customer, at: datetime) -> list[PermitType]:
    """Return the listed types of these groups that the customer may wait for."""
    rules = programme.in_force(at).programme
    return [
        kind
        for kind in rules.permit_types
        if line.group_of(kind) in groups
        and kind.visibility == "listed"
        and kind.is_for(customer.audiences)
    ]


def _option(row: Shelf, rules: Programme, *, is_known: bool) -> Option:
    kind = row.kind
    why: list[str] = [say("{grant}.", grant=text) for text in describe_grants(kind.grants, rules)]
    term = _term(kind)
    if term:
        why.insert(0, term)
    if row.decision and row.left is not None:
        why.append(say("{left} left.", left=row.left))
    refused, url, url_text = "", "", ""
    if not row.decision:
        refused = row.decision.reason
        if row.decision.code == "not_eligible" and not is_known:
            parts: tuple[str, ...] = getattr(refused, "parts", ())
            refused = parts[0] if parts else refused
            url = f"{reverse('account_request_login_code')}?next={reverse('portal_permits:choose')}"
            url_text = say("Sign in so that we know you")
        elif row.decision.code == "not_on_sale" and kind.on_sale.lottery:
            url = reverse("portal_permits:lottery", args=[kind.code])
            url_text = say("Enter for the draw")
        elif row.decision.code == "not_on_sale" and kind.on_sale.waiting_room and is_known:
            url, url_text = (
                reverse("portal_permits:room", args=[kind.code]),
                say("Go to the waiting room"),
            )
        elif row.decision.code == "sold_out" and kind.waitlist is not None:
            url, url_text = (
                reverse("portal_permits:wait", args=[kind.code]),
                say("Join the waitlist"),
            )
    return Option(
        value=kind.code,
        label=kind.name,
        why=joined(why),
        price=row.price,
        refused=refused,
        url=url,
        url_text=url_text,
    )


def _term(kind: PermitType) -> str:
    term = kind.term
    if isinstance(term, Rolling):
        return say_n("A month.", "{n} months.", term.months)
    if isinstance(term, DayTerm):
        return say_n("A day.", "{n} days.", term.days)
    if isinstance(term, HourTerm):
        return say("By the hour.")
    return ""
