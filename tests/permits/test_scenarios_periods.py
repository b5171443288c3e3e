"""Scenarios E of the product's list, each row named by its id: from when to when permits run."""

from datetime import date, datetime, timedelta
from fractions import Fraction
from zoneinfo import ZoneInfo

import pytest

from parkops.kernel.actors import SYSTEM
from parkops.kernel.dates import local_date, midnight
from parkops.kernel.decisions import Conflict, Refused
from parkops.kernel.money import Money
from parkops.programme.permit_schema import PermitType, Refund
from parkops.programme.schema import Programme
from payments import settlement
from permits import operations
from permits.models import Permit
from permits.operations import holds
from permits.queries.refunds import refund_preview
from permits.rules import eligibility, refunds, terms
from permits.rules.status import Life, Status, status_at

HELSINKI = ZoneInfo("Europe/Helsinki")
HEAD = {"name": "T", "timezone": "Europe/Helsinki", "currency": "EUR"}
DAY = timedelta(days=1)


def local(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=HELSINKI)


def kind(term: dict, **more) -> PermitType:
    bare = {
        "code": "P",
        "name": "Permit",
        "grants": [{"zones": ["A"]}],
        "price": {"base": "60.00"},
        "vehicles": {"max": 1},
    }
    return PermitType.model_validate(bare | more | {"term": term}, context={"currency": "EUR"})


def months(count: int, **more) -> PermitType:
    return kind({"kind": "rolling", "months": count}, **more)


MONTH = months(1)
DAYS = {n: kind({"kind": "days", "days": n}) for n in (1, 3)}
HOURS = kind({"kind": "hours", "min": 1, "max": 12})


@pytest.mark.parametrize(
    ("rule", "start", "end", "after"),
    [
        pytest.param(MONTH, "2022-01-20T00:00", None, "2022-02-20T00:00", id="E1"),
        pytest.param(months(6), "2025-04-15T00:00", None, "2025-10-15T00:00", id="E2"),
        pytest.param(MONTH, "2023-01-31T00:00", None, "2023-03-01T00:00", id="E3-31st"),
        pytest.param(MONTH, "2023-01-29T00:00", None, "2023-03-01T00:00", id="E3-29th"),
        pytest.param(MONTH, "2023-01-28T00:00", None, "2023-02-28T00:00", id="E3-28th"),
        pytest.param(MONTH, "2023-02-09T10:30", None, "2023-03-09T00:00", id="E4-month"),
        pytest.param(DAYS[3], "2023-02-09T10:30", None, "2023-02-12T00:00", id="E4-three-days"),
        pytest.param(DAYS[1], "2023-02-09T10:30", None, "2023-02-10T00:00", id="E4-day"),
        pytest.param(
            HOURS, "2023-02-09T10:30", "2023-02-09T11:40", "2023-02-09T12:30", id="E4-hours"
        ),
        pytest.param(MONTH, "2024-03-11T00:00", None, "2024-04-11T00:00", id="E6-spring"),
        pytest.param(MONTH, "2024-10-13T00:00", None, "2024-11-13T00:00", id="E6-autumn"),
        pytest.param(
            HOURS, "2024-03-11T10:00", "2024-03-11T10:05", "2024-03-11T11:00", id="E13-least"
        ),
    ],
)
def test_a_permit_ends(rule, start, end, after):
    run = terms.run_of(rule, start=local(start), end=local(end) if end else None, zone=HELSINKI)
    assert run.period.end == local(after)


@pytest.mark.parametrize(
    ("first", "lasts"),
    [
        pytest.param(date(2024, 1, 1), ["01-31", "02-29", "03-31", "04-30"], id="E5"),
        pytest.param(date(2023, 1, 31), ["02-28", "03-30"], id="E5-31st"),
    ],
)
def test_renewals_never_drift(first, lasts):
    start, found = first, []
    for _ in lasts:
        run = terms.run_of(MONTH, start=midnight(start, HELSINKI), zone=HELSINKI, anchor=first)
        start = local_date(run.period.end, HELSINKI)
        found.append(f"{start - DAY:%m-%d}")
    assert found == lasts


def test_e2_ended_after_the_running_month_or_at_once():
    for ends in ("2025-05-15T00:00", "2025-04-18T12:10:50"):
        life = Life(
            starts_at=local("2025-04-15T00:00"),
            ends_at=local("2025-10-15T00:00"),
            paid_at=local("2025-04-14T09:00"),
            cancelled_at=local(ends),
        )
        assert status_at(life, local(ends) - timedelta(seconds=1)) is Status.ACTIVE
        assert status_at(life, local(ends)) is Status.CANCELLED


@pytest.mark.parametrize("basis", ["full-months", "half-months", "daily"])
def test_e9_a_month_that_has_run_out_gives_nothing_back(basis):
    rule = Refund.model_validate({"basis": basis}, context={"currency": "EUR"})
    for n in range(24):
        first = date(2023 + n // 12, n % 12 + 1, 1)
        run = terms.run_of(MONTH, start=midnight(first, HELSINKI), zone=HELSINKI)
        last = run.period.end - timedelta(microseconds=1)
        for at in (last, run.period.end):
            back = refunds.refund(
                rule,
                net_paid=Money(6000, "EUR"),
                tax_paid=Money(1530, "EUR"),
                period=run.period,
                at=at,
                zone=HELSINKI,
            )
            assert not back.total, (first, at)


@pytest.mark.parametrize(
    ("first", "left"),
    [
        # Counted in the calendar months that the term touches, as the program's rule says.
        pytest.param(date(2023, 9, 2), Fraction(1), id="E11-tomorrow"),
        pytest.param(date(2023, 9, 1), Fraction(5, 6), id="E11-today"),
        pytest.param(date(2023, 7, 1), Fraction(3, 6), id="E11-two-months-ago"),
        pytest.param(date(2021, 9, 1), Fraction(0), id="E11-two-years-ago"),
    ],
)
def test_months_that_have_not_begun(first, left):
    period = terms.run_of(months(6), start=midnight(first, HELSINKI), zone=HELSINKI).period
    rule = Refund.model_validate({"basis": "full-months"}, context={"currency": "EUR"})
    today = date(2023, 9, 1)
    at = midnight(today, HELSINKI)
    share, _ = refunds.refund_share(rule, period=period, on=today, at=at, zone=HELSINKI)
    assert share == left


@pytest.mark.parametrize(
    ("days", "code"),
    [
        pytest.param(0, "", id="E12-now"),
        pytest.param(14, "", id="E12-two-weeks"),
        pytest.param(21, "too_far_ahead", id="E12-three-weeks"),
    ],
)
def test_e12_how_long_ahead_is_the_programs_to_say(days, code):
    soon = months(1, ahead="14d")
    document = {
        "schema": 1,
        "programme": HEAD,
        "zones": [{"code": "A", "name": "A", "kind": "lot"}],
    }
    at = local("2026-11-10T10:00")
    told = eligibility.starts_soon(soon, Programme.of(document), start=at + days * DAY, at=at)
    assert told.code == code
    if code:
        assert told.reason == (
            "Permit is sold at most 14d before it starts: choose 24 Nov 2026 or earlier."
        )


@pytest.mark.parametrize(
    "minutes", [pytest.param(0, id="E13-none"), pytest.param(13 * 60, id="E13-too-many")]
)
def test_e13_none_and_too_many_are_refused_with_what_would_do(minutes):
    start = local("2026-11-10T10:00")
    with pytest.raises(Refused) as refusal:
        terms.run_of(HOURS, start=start, end=start + timedelta(minutes=minutes), zone=HELSINKI)
    assert str(refusal.value) in (
        "The end must be after the start.",
        "At most 12 hours; this would be 13.",
    )


@pytest.mark.django_db
class TestActs:
    def test_e10_one_renewal_of_a_period_and_its_money_twice_is_once(self, person, sell, pay, now):
        def renew():
            return operations.renew_permit(
                permit.number, channel=Permit.Channel.PORTAL, by=SYSTEM, at=later
            )

        permit = sell(person("ana"), "MONTH", "ABC 123")
        later = permit.ends_at - timedelta(days=5)
        renewed = renew()
        pay(renewed, at=later)
        ends_at = renewed.ends_at
        with pytest.raises(Conflict, match="already"):
            renew()
        settlement.raiser_of("permit").settled(renewed.number, by=SYSTEM, at=later)
        renewed.refresh_from_db()
        assert (renewed.starts_at, renewed.ends_at) == (permit.ends_at, ends_at)
        assert Permit.objects.count() == 2

    def test_e17_a_permit_that_ran_out_is_closed_without_a_refund(self, person, sell, now):
        over, stays = sell(person("ana"), "MONTH", "ABC 123"), sell(person("ben"), "MONTH", "DEF 4")
        stays.ends_at += 3 * DAY
        stays.save()
        assert holds.expire_permits(at=over.ends_at + DAY) == 1
        over.refresh_from_db()
        assert (over.ended_at, over.cancelled_at) == (over.ends_at + DAY, None)
        assert refund_preview(over, at=over.ended_at).back.minor == 0


@pytest.mark.parametrize("ends", ["cancelled", "revoked"])
def test_who_began_earlier_and_waited_sees_that_it_was_taken_back(sell, person, now, ends):
    number = sell(person("ana"), "MONTH", "ABC 123").number
    told = {"reason": "Moved away", "by": SYSTEM}
    act = {"cancelled": operations.cancel_permit, "revoked": operations.revoke_permit}[ends]
    act(number, at=now + timedelta(seconds=1), **told)
    for again in (operations.cancel_permit, operations.revoke_permit):
        with pytest.raises(Conflict) as late:
            again(number, at=now, **told)
        assert late.value.code == f"permit_{ends}"
