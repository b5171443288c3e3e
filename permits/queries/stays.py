"""Paid stays and what is left of an allotment of passes."""

from parkops.kernel.decisions import NotFound
from parkops.kernel.money import Money
from parkops.kernel.numbers import tidy
from parkops.kernel.periods import Period
from parkops.programme import queries as programme
from permits.models import ParkingSession, Permit, VisitorPass
from permits.queries.permits import type_of
from permits.rules import passes
from permits.rules.passes import Allotment


def stay(number: str) -> ParkingSession:
    """Return the stay with this number.

    :raises NotFound: if this tenant has none.
    """
    found = ParkingSession.objects.filter(number=tidy(number) or number).first()
    if found is None:
        raise NotFound("There is no such session.")
    return found


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
