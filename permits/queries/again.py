"""What permits, deposits and stays came to when they were sold, priced by their version once more."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from parkops.programme import queries as programme
from parkops.programme.schema import Programme
from payments.settlement import Again
from permits.models import ParkingSession, Permit
from permits.queries import repricing

SWITCHED = "It was switched to: the difference to the permit before was charged."
KNOWN_THEN = "Its price rests on what was known of the customer or the vehicles when it was sold."


def of_permits(references: Sequence[str], *, at: datetime) -> Mapping[str, Again]:
    """Return what these permits cost by the version that they were sold under, by number."""
    batch = list(Permit.objects.filter(number__in=references).select_related("customer", "coupon"))
    sold_under = {
        number: programme.version(number).programme
        for number in {permit.programme_version for permit in batch}
    }
    prices = [kind.price for rules in sold_under.values() for kind in rules.permit_types]
    facts = repricing.facts_of(batch, prices)
    return {
        permit.number: _permit(permit, sold_under[permit.programme_version], facts[permit.pk], at)
        for permit in batch
    }


def of_deposits(references: Sequence[str], *, at: datetime) -> Mapping[str, Again]:
    """Return the deposits of these permits, by number."""
    found = {}
    rows = Permit.objects.filter(number__in=references)
    for number, code, version in rows.values_list("number", "type_code", "programme_version"):
        rules = programme.version(version).programme
        kind = rules.permit_type(code)
        if kind is None or kind.deposit is None:
            found[number] = Again(None, f"Version {version} of the program has no such deposit.")
        else:
            found[number] = Again(kind.deposit, f"Version {version} asks for this deposit.")
    return found


def of_stays(references: Sequence[str], *, at: datetime) -> Mapping[str, Again]:
    """Return what these stays come to now by the version that they were sold under, by number, less
    what a department pays of them."""
    events = programme.event_periods()
    found = {}
    for stay in ParkingSession.objects.filter(number__in=references):
        rules = programme.version(stay.programme_version).programme
        priced = repricing.stay_under(stay, rules, events=events)
        if priced.refused:
            found[stay.number] = Again(None, str(priced.refused))
            continue
        covered = rules.money(stay.covered_net_minor + stay.covered_tax_minor)
        because = f"Version {stay.programme_version} of the program gives this price."
        found[stay.number] = Again(priced.total - covered, because, is_of_now=True)
    return found


def _permit(permit: Permit, rules: Programme, facts: repricing.Facts, at: datetime) -> Again:
    if permit.replaces_id is not None:
        return Again(None, SWITCHED)
    priced = repricing.permit_under(permit, rules, facts, until=at)
    if priced.refused:
        return Again(None, str(priced.refused))
    kind = rules.permit_type(permit.type_code)
    sold = permit.net_minor + permit.tax_minor
    if priced.total.minor != sold and kind is not None and kind.price.conditions:
        return Again(None, KNOWN_THEN)
    return Again(
        priced.total, f"Version {permit.programme_version} of the program gives this price."
    )
