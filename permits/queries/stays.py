"""Paid stays and what is left of an allotment of passes."""

from collections.abc import Sequence
from datetime import datetime

from django.urls import reverse

from parkops.kernel.codes import code_key
from parkops.kernel.decisions import NotFound
from parkops.kernel.money import Money
from parkops.kernel.numbers import tidy
from parkops.kernel.periods import Period
from parkops.kernel.windows import Events
from parkops.programme import queries as programme
from parkops.programme.schema import Programme, Rate
from parkops.tenancy import signing
from permits.models import ParkingSession, Permit, VisitorPass
from permits.queries.permits import type_of
from permits.rules import passes, sessions
from permits.rules.passes import Allotment
from permits.rules.sessions import StayQuote

PAGE = "stay-page"
"""The purpose of the signature that opens a stay's page to whoever asked for it."""


def stay_path(number: str) -> str:
    """Return the path of a stay's page, good for whoever holds it."""
    return reverse("portal_stays:stay", args=[signing.sign_name(number, purpose=PAGE)])


def stay(number: str) -> ParkingSession:
    """Return the stay with this number.

    :raises NotFound: if this tenant has none.
    """
    found = ParkingSession.objects.filter(number=tidy(number) or number).first()
    if found is None:
        raise NotFound("There is no such session.")
    return found


def running_of(numbers: Sequence[str], *, at: datetime) -> list[ParkingSession]:
    """Return which of these stays run at `at`, the one that ends first first."""
    rows = ParkingSession.objects.filter(number__in=list(numbers), ends_at__gt=at, stopped_at=None)
    return list(rows.filter(starts_at__lte=at).order_by("ends_at", "pk"))


def back_if_stopped(stay: ParkingSession, *, at: datetime) -> Money:
    """Return what ending a stay at `at` gives back."""
    rules = programme.version(stay.programme_version).programme
    if not rules.sessions.refund_unused:
        return rules.money(0)
    rates = rules.rates_for(stay.zone_code)
    ends = sessions.end_if_stopped(rates, starts_at=stay.starts_at, ends_at=stay.ends_at, at=at)
    cost = price(rules, stay.zone_code, stay.starts_at, ends)
    return rules.money(max(stay.net_minor + stay.tax_minor - cost.total.minor, 0))


def price(rules: Programme, zone_code: str, start: datetime, end: datetime) -> StayQuote:
    """Return what a stay in a zone costs."""
    rates = rules.rates_for(zone_code)
    return sessions.price_of_stay(rates, rules, start=start, end=end, events=events_for(rates))


def events_for(rates: Sequence[Rate]) -> Events:
    """Return when the events are on that rates depend on; nothing is read if none does."""
    if not any(window.during for rate in rates for window in rate.when):
        return {}
    return {code_key(code): spans for code, spans in programme.event_periods().items()}


def money_of(stay: ParkingSession) -> tuple[Money, Money]:
    """Return the net and the tax of a stay."""
    rules = programme.version(stay.programme_version).programme
    return rules.money(stay.net_minor), rules.money(stay.tax_minor)


def left_of(permit: Permit, *, wanted: Period) -> Allotment:
    """Return what is left of a permit's passes for a pass of that time; nothing if it has none."""
    rule = type_of(permit).passes
    if rule is None:
        return Allotment(0, 0, False)
    given = [Period(row.starts_at, row.ends_at) for row in permit.passes.order_by("pk")]
    term = Period(permit.starts_at, permit.ends_at)
    return passes.allotment(rule, given=given, term=term, wanted=wanted)


def left_after(given: VisitorPass) -> Allotment:
    """Return what is left around the time of a pass, that pass counted."""
    return left_of(given.permit, wanted=Period(given.starts_at, given.ends_at))


def back_of(row: VisitorPass, *, was: Period) -> str:
    """Say what the end of a pass that ran for `was` gives back to the allotment."""
    rule = type_of(row.permit).passes
    now = Period(row.starts_at, row.ends_at)
    return passes.given_back(rule, was=was, now=now) if rule else ""
