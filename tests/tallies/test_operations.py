"""Figures kept beside their rows: the same as counting, whatever drifts is mended and told."""

from datetime import date, timedelta
from random import Random
from zoneinfo import ZoneInfo

import pytest

from parkops.audit.models import AuditEvent
from parkops.kernel.actors import SYSTEM
from parkops.kernel.dates import midnight
from parkops.kernel.tallies import EVER
from parkops.tallies import operations, queries, truths
from parkops.tallies.models import Tally, TallyCheck
from parkops.tallies.truths import Truth
from parkops.tenancy.operations import describe_tenant
from permits import operations as permits
from permits.models import Permit
from permits.models.permits import status_q
from permits.rules import counting
from permits.rules.status import Status

pytestmark = pytest.mark.django_db

HOUR = timedelta(hours=1)
LEVELS = {
    counting.ACTIVE: Status.ACTIVE,
    counting.HELD: Status.HELD,
    counting.PENDING: Status.PENDING,
}


def counted(at):
    return {
        name: Permit.objects.filter(status_q(status, at)).count() for name, status in LEVELS.items()
    }


def kept(at):
    return queries.figures(
        [*LEVELS], [], at=at, span=(at, at), before=(at, at), zone=ZoneInfo("UTC")
    ).levels


@pytest.fixture
def some(person, hold, sell, now):
    """Permits to which everything has happened that can."""
    ana = person("ana", "STUDENT", "STAFF")
    hold(ana, "MONTH")
    sell(ana, "RESIDENT")
    sell(ana, "MONTH", start=now + timedelta(days=40))
    sell(ana, "EVENING")
    permits.cancel_permit(sell(ana, "MONTH").number, reason="x", by=SYSTEM, at=now)
    permits.revoke_permit(sell(ana, "MONTH").number, reason="x", by=SYSTEM, at=now)
    paused = sell(ana, "MONTH").number
    permits.suspend_permit(paused, reason="x", by=SYSTEM, at=now)
    permits.reinstate_permit(paused, by=SYSTEM, at=now + HOUR)
    permits.suspend_permit(sell(ana, "MONTH").number, reason="x", by=SYSTEM, at=now + HOUR)


class TestLevels:
    def test_time_alone_changes_them_as_it_changes_the_rows(self, some, now):
        heights = []
        for ahead in (2 * HOUR, timedelta(days=2), timedelta(days=41), timedelta(days=400)):
            assert kept(now + ahead) == counted(now + ahead)
            heights.append(kept(now + ahead)[counting.ACTIVE])
        assert len(set(heights)) > 2

    def test_nothing_drifted_by_any_of_these_acts(self, some, now):
        assert operations.check(at=now + 2 * HOUR).drifted == 0

    def test_a_clock_that_is_behind_that_of_who_paid_finds_no_drift(self, person, hold, pay, now):
        pay(hold(person("ana", "STAFF"), "MONTH"), at=now + timedelta(seconds=2))
        assert operations.check(at=now + timedelta(seconds=1)).drifted == 0

    def test_counted_from_the_rows_alone_they_are_the_same(self, some, now):
        ahead = [now + 2 * HOUR, now + timedelta(days=41), now + timedelta(days=400)]
        before = [kept(at) for at in ahead]
        Tally.objects.all().delete()
        operations.begin(at=now + 2 * HOUR)
        assert [kept(at) for at in ahead] == before

    def test_rows_of_any_life_give_what_the_rule_gives(self, person, sell, now):
        """SQL and `rules.counting` agree on lives that no act would write."""
        random = Random(6)
        sold = [sell(person(f"p{n}", "STAFF"), "MONTH") for n in range(12)]

        def some_time(share=1.0):
            return now + random.randint(-30, 900) * HOUR if random.random() < share else None

        for permit in sold:
            permit.starts_at = some_time()
            permit.ends_at = permit.starts_at + random.randint(1, 900) * HOUR
            permit.needs_approval = random.random() < 0.4
            permit.approved_at = some_time(0.5) if permit.needs_approval else None
            permit.cancelled_at, permit.revoked_at = some_time(0.3), some_time(0.1)
            permit.hold_expires_at, permit.paid_at = some_time(0.5), some_time(0.8)
            pause = some_time(0.6)
            ends = pause + random.randint(0, 90) * HOUR if pause else None
            permit.suspensions = [[pause.isoformat(), ends.isoformat()]] if pause else []
            permit.save()
        Tally.objects.all().delete()
        operations.begin(at=now)
        for hours in (0, 5, 48, 200, 700, 2000):
            at = now + hours * HOUR
            by_rule = dict.fromkeys(LEVELS, 0)
            for permit in sold:
                for (name, when), n in counting.steps(permit.life).items():
                    if name in by_rule and when <= at:
                        by_rule[name] += n
            assert kept(at) == by_rule


class TestAddUp:
    def test_the_figures_stay_as_they_are(self, some, now):
        at = now + 2 * HOUR
        ahead = [at, now + timedelta(days=41), now + timedelta(days=400)]
        before, rows = [kept(moment) for moment in ahead], Tally.objects.count()
        operations.add_up(at=at)
        assert [kept(moment) for moment in ahead] == before
        assert Tally.objects.count() < rows
        past = Tally.objects.filter(name__in=LEVELS, at__lte=at).exclude(at=EVER)
        assert not past.values("name").distinct().count() > len(LEVELS)

    def test_twice_is_once(self, some, now):
        operations.add_up(at=now)
        rows = set(Tally.objects.values_list("name", "at", "n"))
        operations.add_up(at=now)
        assert set(Tally.objects.values_list("name", "at", "n")) == rows


class TestCheck:
    def test_what_drifted_is_mended_and_told(self, some, now):
        at = now + 2 * HOUR
        right = kept(at)
        Tally.objects.create(name=counting.ACTIVE, at=now, n=3)
        Tally.objects.create(name=counting.SOLD, at=now, n=-1)
        found = operations.check(at=at)
        assert found.drifted == 2
        assert {(name, n) for name, _, n in found.drifts} == {
            (counting.ACTIVE, -3),
            (counting.SOLD, 1),
        }
        assert kept(at) == right
        event = AuditEvent.objects.get(event="figures.mended")
        assert event.data["drifts"] == found.drifts
        assert operations.check(at=at).drifted == 0
        assert AuditEvent.objects.filter(event="figures.mended").count() == 1

    def test_old_flows_and_old_checks_are_forgotten(self, harbor, now):
        Tally.objects.create(name=counting.SOLD, at=now - timedelta(days=16), n=1)
        Tally.objects.create(name=counting.SOLD, at=now - timedelta(days=14), n=1)
        TallyCheck.objects.create(checked_at=now - timedelta(days=91), drifted=0)
        operations.check(at=now)
        assert Tally.objects.filter(name=counting.SOLD).count() == 1
        assert TallyCheck.objects.count() == 1

    def test_every_figure_has_a_way_of_counting_it(self):
        from reporting.queries import desks, live

        levels = {*live.LEVELS, *desks.LEVELS, *desks.LEVELS_APART}
        assert levels <= set(truths.levels())
        flows = {*live.SERIES.values(), *desks.OF_THE_DAY, *desks.OF_THE_DAY_APART}
        assert flows <= set(truths.flows())


@pytest.mark.parametrize("zone", ["America/New_York", "Asia/Tokyo"])
def test_a_local_day_begins_by_the_tenants_clocks(harbor, now, monkeypatch, zone):
    query = "SELECT 'hats', '2026-11-12'::timestamp AT TIME ZONE %(zone)s, 1"
    monkeypatch.setattr(truths, "_truths", [Truth(("hats",), (), query)])
    describe_tenant(harbor, timezone=zone, currency="USD", locale="en-US", languages=["en"])
    operations.check(at=now)
    begins = midnight(date(2026, 11, 12), ZoneInfo(zone))
    assert queries.sums({"hats": queries.until(begins - timedelta(seconds=1))}) == {"hats": 0}
    assert queries.sums({"hats": queries.until(begins)}) == {"hats": 1}


def test_an_act_that_failed_adds_nothing(person, hold, now):
    from django.db import transaction

    permit = hold(person("ana", "STAFF"), "MONTH")
    before = kept(now)

    @transaction.atomic
    def fail():
        permits.cancel_permit(permit.number, reason="x", by=SYSTEM, at=now)
        raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    assert kept(now) == before == counted(now)
