"""A draft tried on what happened: what differs, why, and that nothing else is touched."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from io import StringIO
from uuid import uuid4

import pytest
import time_machine
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from enforcement.models import Citation, PlateCheck
from enforcement.operations import checks, citations
from enforcement.queries.checks import Look
from parkops.jobs import figures as of_jobs
from parkops.jobs import operations as jobs
from parkops.jobs.models import Job
from parkops.kernel.actors import Actor
from parkops.kernel.decisions import Refused
from parkops.kernel.money import Money
from parkops.programme import load
from permits import operations as permits
from permits.models import ParkingSession, Permit
from permits.rules.plates import read_plates
from reporting.models import Replay, ReplayRow
from reporting.replay import operations, rules, sales
from reporting.replay.ground import reading
from reporting.replay.rules import Change, Kind, Sums
from tests.seed import PROGRAMMES

HARBOR = (PROGRAMMES / "harbor.yaml").read_text()
BY = Actor("staff", "1", "Alice Admin")
# A Tuesday, 10:15 in New York; the records are of the days before.
NOW = datetime(2026, 11, 10, 15, 15, tzinfo=UTC)
DAY = NOW - timedelta(days=7)


def draft(*changes: tuple[str, str]) -> load.Loaded:
    """Return harbor's program with texts replaced."""
    text = HARBOR
    for old, new in changes:
        assert old in text, old
        text = text.replace(old, new)
    return load.load(text, "draft.yaml")


@pytest.fixture
def replay(harbor) -> Callable[..., Replay]:
    """Try a draft as a worker does, and give the finished replay."""

    def run(*changes: tuple[str, str], months: int = 1) -> Replay:
        asked = operations.ask_replay(draft(*changes), months=months, name="Draft", by=BY, at=NOW)
        jobs.work(asked.job_id)
        done = Replay.objects.select_related("job").get(pk=asked.pk)
        assert done.job.state == "done", done.job.error
        assert done.done == done.total
        return done

    return run


@pytest.fixture
def look(harbor):
    """Check a plate: `look("ABC 123", "LOT-A", hours=2)`."""

    def do(plate: str, zone: str = "LOT-A", **after) -> PlateCheck:
        at = DAY + timedelta(**after)
        return checks.check_plate(Look(plate, "", zone, at), source="field", by=BY, at=at).record

    return do


@pytest.fixture
def cite(harbor):
    """Write a citation; gives it."""

    def do(plate: str, violation: str = "NO-PERMIT", zone: str = "LOT-A", **after) -> Citation:
        at = DAY + timedelta(**after)
        written = citations.Draft(uuid4(), plate, "", zone, violation, at)
        return citations.issue_citation(written, by=BY, at=at).citation

    return do


@pytest.fixture
def park(harbor):
    """Pay for a stay at a meter."""

    def do(plate: str = "ABC 123", minutes: int = 60, **after) -> ParkingSession:
        return permits.start_stay(
            plate=read_plates([plate])[0],
            zone_code="METER",
            minutes=minutes,
            by=BY,
            at=DAY + timedelta(**after),
        )

    return do


def rows(replay: Replay, kind: Kind) -> list[tuple[str, str, int, int]]:
    """Return the differences of a kind: reference, change, and both amounts."""
    found = ReplayRow.objects.filter(replay=replay, kind=kind).order_by("at", "pk")
    return [(r.reference, r.change, r.was_minor, r.would_minor) for r in found]


def sums(replay: Replay, **asked) -> Sums:
    cells = {tuple(key.split("|")): value for key, value in replay.cells.items()}
    return rules.summed(cells, **asked)


@pytest.fixture
def season(person, sell, park, look, cite):
    """A little of everything."""
    ana = person("ana", "STAFF")
    sell(ana, "STAFF-YEAR", "ANA 001", at=DAY)
    sell(person("ben"), "MONTH", "BEN 001", at=DAY + timedelta(hours=1))
    evening = sell(person("eve"), "EVENING", "EVE 001", at=DAY + timedelta(hours=2))
    permits.cancel_permit(evening.number, reason="x", by=BY, at=DAY + timedelta(hours=3))
    park("CAR 001", 90)
    park("CAR 002", 30, days=1)
    look("ANA 001", hours=4)
    look("BEN 001", "LOT-B", hours=4)
    look("XYZ 999", hours=5)
    look("XYZ 999", hours=30)
    look("CAR 001", "METER", hours=1)
    look("CAR 001", "METER", hours=4)
    for days in (0, 1, 2, 3):
        cite("XYZ 999", days=days, hours=5)
    cite("BEN 001", "FIRE-LANE", "LOT-B", hours=6)
    cite("ANA 001", hours=6)


class TestSales:
    def test_a_price_that_rises_by_a_tenth_is_told_to_the_cent(self, replay, person, sell):
        permit = sell(person("ana", "STAFF"), "STAFF-YEAR", "ANA 001", at=DAY)
        done = replay(('base: "360.00", prorate: monthly', 'base: "396.00", prorate: monthly'))
        # November to August are 10 of 12 months: 300.00 and 8 % are 324.00, 330.00 and 8 % 356.40.
        assert rows(done, Kind.PERMIT) == [(permit.number, "more", 32400, 35640)]
        row = ReplayRow.objects.get(replay=done)
        assert row.because_was[0].endswith("300.00")
        assert row.because_would[0].endswith("330.00")
        assert (row.audience, row.zone_code) == ("STAFF", "")
        assert sums(done, kinds=["permit"]) == Sums(1, 32400, 35640)

    def test_what_a_price_asks_of_vehicle_and_customer_is_asked_again(self, replay, person, sell):
        ben = person("ben")
        permits.hold_permit(
            permits.Wish("MONTH", read_plates([("BEN 001", "", "diesel")])),
            customer_id=ben.pk,
            channel=Permit.Channel.API,
            by=BY,
            at=DAY - timedelta(hours=3),
        )
        # The first is not paid; the second is another's.
        first = sell(ben, "MONTH", "BEN 002", at=DAY)
        second = sell(ben, "MONTH", "BEN 003", at=DAY + timedelta(hours=1))
        rule = '{if: {vehicle.fuel: diesel}, amount: "5.00"}'
        more = rule + ', {if: {customer.permits: ">=1"}, amount: "10.00"}'
        done = replay((rule, more))
        assert rows(done, Kind.PERMIT) == [(second.number, "more", 5400, 6480)]
        assert first.number

    def test_a_term_of_another_year_is_compared_from_the_same_day_of_it(self, replay, person, sell):
        sell(person("ana", "STAFF"), "STAFF-YEAR", "ANA 001", at=DAY)
        done = replay(
            ("from: 2026-09-01, to: 2027-09-01", "from: 2027-09-01, to: 2028-09-01"),
            ("from: 2026-07-15", "from: 2027-07-15"),
            ("none_after: 2027-06-30", "none_after: 2028-06-30"),
        )
        assert rows(done, Kind.PERMIT) == []
        assert sums(done, kinds=["permit"]).count == 1

    def test_a_type_that_is_gone_or_for_others_is_not_sold(self, replay, person, sell):
        staff = sell(person("ana", "STAFF"), "STAFF-YEAR", "ANA 001", at=DAY)
        month = sell(person("ben"), "MONTH", "BEN 001", at=DAY)
        done = replay(
            ("audience: [STAFF]\n    grants", "audience: [STUDENT]\n    grants"),
            ("- code: MONTH\n", "- code: MONTH-2\n"),
        )
        assert rows(done, Kind.PERMIT) == [
            (staff.number, "not_sold", 32400, 0),
            (month.number, "not_sold", 5400, 0),
        ]
        told = ReplayRow.objects.get(replay=done, reference=month.number).because_would
        assert told == ["There is no permit type MONTH."]

    def test_what_was_given_back_is_taken_off_both(self, replay, person, sell):
        month = sell(person("ben"), "MONTH", "BEN 001", at=DAY)
        permits.cancel_permit(month.number, reason="x", by=BY, at=DAY + timedelta(minutes=5))
        done = replay(("refund: {basis: daily}", "refund: {basis: none}"))
        # Of 30 days 29 had not begun: 50.00 less 48.33, and tax 4.00 less 3.87.
        assert rows(done, Kind.PERMIT) == [(month.number, "more", 180, 5400)]

    def test_a_stay_costs_more_less_or_could_not_be_paid(self, replay, park):
        short, long = park("CAR 001", 60), park("CAR 002", 180)
        done = replay(
            ('per_hour: "2.50", min: 15m, max: 3h', 'per_hour: "3.00", min: 15m, max: 2h')
        )
        assert rows(done, Kind.VISIT) == [
            (short.number, "more", 270, 324),
            (long.number, "not_sold", 810, 0),
        ]
        told = ReplayRow.objects.get(replay=done, reference=long.number).because_would
        assert told == ["At most 120 minutes in METER; these are 180."]

    def test_a_price_that_cannot_be_worked_out_again_is_set_aside(self, replay, person, sell):
        permit = sell(person("ben"), "MONTH", "BEN 001", at=DAY)
        Permit.objects.filter(pk=permit.pk).update(net_minor=1)
        done = replay(('base: "50.00"', 'base: "60.00"'))
        assert (rows(done, Kind.PERMIT), done.aside) == ([], {"price": 1})


class TestPlates:
    def test_a_zone_that_is_no_more_enforced_then_brings_no_citation(self, replay, look, cite):
        check, cited = look("XYZ 999"), cite("XYZ 999", minutes=1)
        done = replay(("enforced: Mon-Fri 07:00-17:30", "enforced: Mon-Fri 11:00-17:30"))
        assert rows(done, Kind.CITATION) == [(cited.number, "not_written", 2000, 0)]
        assert rows(done, Kind.CHECK) == [(str(check.reference), "no_violation", 4000, 0)]
        row = ReplayRow.objects.get(replay=done, reference=check.reference)
        assert (row.was, row.would) == ("Not authorized", "Not enforced now")
        assert row.because_would[-1].startswith("It is not enforced on Tuesday 3 November")

    def test_a_check_that_would_be_a_violation_is_one_a_day(self, replay, person, sell, look):
        sell(person("ben"), "MONTH", "BEN 001", at=DAY)
        for hours in (1, 2, 25):
            look("BEN 001", "LOT-B", hours=hours)
        done = replay(("grants: [{zones: [CAMPUS], when: always}]", "grants: [{zones: [LOT-A]}]"))
        found = rows(done, Kind.CHECK)
        assert [(change, would) for _, change, _, would in found] == [
            ("new_violation", 4000),
            ("new_violation", 0),
            ("new_violation", 4000),
        ]
        last = ReplayRow.objects.filter(replay=done).order_by("at")[1]
        assert last.because_would[-1].startswith("NO-PERMIT was cited here")
        assert "does not cover LOT-B; it grants LOT-A." in " ".join(last.because_would)

    def test_a_type_zone_or_violation_that_is_gone_is_said(self, replay, person, sell, look, cite):
        sell(person("ben"), "MONTH", "BEN 001", at=DAY)
        held, there = look("BEN 001", hours=1), look("XYZ 999", "QUICK", hours=1)
        lane = cite("BEN 001", "FIRE-LANE", hours=2)
        done = replay(
            ("- code: MONTH\n", "- code: MONTH-2\n"),
            ("- code: QUICK\n", "- code: QUICKER\n"),
            ("zones: [QUICK, METER]", "zones: [METER]"),
            ("- code: FIRE-LANE\n", "- code: FIRE\n"),
        )
        by = {row.reference: row for row in ReplayRow.objects.filter(replay=done)}
        assert by[str(held.reference)].change == "new_violation"
        assert "no such permit type" in by[str(held.reference)].because_would[-2]
        assert by[str(there.reference)].because_would == [
            "The program has no zone QUICK, so nobody needs a right there."
        ]
        assert by[lane.number].change == "not_written"
        assert by[lane.number].because_would == ["The program has no violation FIRE-LANE in LOT-A."]
        before, after = draft().programme, load.Programme.of(done.document)
        assert [(g.kind, g.code) for g in rules.gone(before, after)] == [
            ("zone", "QUICK"),
            ("permit type", "MONTH"),
            ("violation", "FIRE-LANE"),
        ]

    def test_a_citation_that_is_not_written_makes_the_later_ones_cheaper(self, replay, cite):
        """The ladder counts what the draft would have brought: the third here is then a second."""
        early = cite("XYZ 999", hours=-1)
        second, third = cite("XYZ 999", days=1), cite("XYZ 999", days=2)
        done = replay(("enforced: Mon-Fri 07:00-17:30", "enforced: Mon-Fri 10:00-17:30"))
        assert rows(done, Kind.CITATION) == [
            (early.number, "not_written", 2000, 0),
            (third.number, "less", 4000, 2000),
        ]
        assert second.nth == 2

    def test_what_a_citation_comes_to_is_as_of_its_payment(self, replay, cite, harbor):
        from payments import operations as payments
        from payments import queries as charges

        cited = cite("XYZ 999", days=-10)
        charge = charges.charge_of("citation", cited.number)
        paid_at = DAY - timedelta(days=8)
        payments.take_payment(
            charge_ids=[charge.id],
            method="cash",
            amount=Money(2000, "USD"),
            by=BY,
            at=paid_at,
        )
        done = replay(('{within: 7d, discount: "50%"}', '{within: 7d, discount: "25%"}'))
        assert rows(done, Kind.CITATION) == [(cited.number, "more", 2000, 3000)]
        row = ReplayRow.objects.get(replay=done)
        assert row.is_settled
        assert row.because_would[-1] == "It comes to $30.00 on 26 October 2026."

    def test_a_check_whose_facts_came_later_is_set_aside(self, replay, look):
        look("XYZ 999")
        with connection.cursor() as cursor:
            cursor.execute("ALTER TABLE enforcement_platecheck DISABLE TRIGGER USER")
            cursor.execute("UPDATE enforcement_platecheck SET verdict = 'authorized'")
        done = replay(("enforced: Mon-Fri 07:00-17:30", "enforced: Mon-Fri 11:00-17:30"))
        assert (rows(done, Kind.CHECK), done.aside) == ([], {"facts": 1})


class TestTheWhole:
    def test_the_program_in_force_changes_nothing(self, replay, season):
        done = replay()
        assert ReplayRow.objects.count() == 0
        assert {key.split("|")[1] for key in done.cells} == {"same"}
        assert done.aside == {}
        assert done.total == 2 + 3 + 6 + 6

    def test_nothing_but_its_own_rows_is_written(self, replay, season):
        before = _everything()
        replay(('fine: "40.00"\n', 'fine: "50.00"\n'), ('per_hour: "2.50"', 'per_hour: "9.00"'))
        assert ReplayRow.objects.exists()
        assert _everything() == before

    def test_reading_cannot_write(self, harbor):
        with pytest.raises(DatabaseError, match="read-only"), reading():
            Permit.objects.update(number="1")

    def test_a_worker_that_is_lost_is_followed_by_one_that_goes_on(
        self, harbor, season, monkeypatch
    ):
        changed = draft(
            ('per_hour: "2.50"', 'per_hour: "5.00"'), ('fine: "40.00"\n', 'fine: "1.00"\n')
        )
        whole = operations.ask_replay(changed, months=1, name="whole", by=BY, at=NOW)
        jobs.work(whole.job_id)
        whole.refresh_from_db()
        monkeypatch.setattr(operations, "RECORDS", 1)
        monkeypatch.setattr(operations, "PLATES", 1)
        broken = operations.ask_replay(changed, months=1, name="broken", by=BY, at=NOW)
        keep, kept = operations._keep, []

        def keep_some(*args, **kwargs):
            if len(kept) == 6:
                kept.append(None)
                raise SystemExit
            kept.append(None)
            return keep(*args, **kwargs)

        monkeypatch.setattr(operations, "_keep", keep_some)
        with pytest.raises(SystemExit):
            jobs.work(broken.job_id)
        half = Replay.objects.get(pk=broken.pk)
        assert 0 < half.done < half.total
        Job.objects.filter(pk=broken.job_id).update(lease_until=NOW - timedelta(days=1))
        jobs.work(broken.job_id)
        broken.refresh_from_db()
        assert (broken.cells, broken.aside, broken.done) == (whole.cells, whole.aside, whole.done)
        of = ReplayRow.objects.values_list(
            "kind", "reference", "change", "was_minor", "would_minor"
        )
        assert sorted(of.filter(replay=broken)) == sorted(of.filter(replay=whole))
        assert Job.objects.get(pk=broken.job_id).attempts == 2

    def test_another_worker_s_step_is_never_done_twice(self, harbor, season):
        asked = operations.ask_replay(draft(), months=1, name="x", by=BY, at=NOW)
        ground = operations.ground_of(asked)
        stale = operations._count(asked, ground)
        found, after = operations._next(stale, ground)
        operations._keep(stale, found, after, at=NOW)
        with pytest.raises(jobs.LeaseLost):
            operations._keep(stale, found, after, at=NOW)

    def test_asking_twice_is_asking_once(self, harbor):
        first = operations.ask_replay(draft(), months=1, name="x", by=BY, at=NOW)
        assert operations.ask_replay(draft(), months=1, name="x", by=BY, at=NOW) == first
        assert operations.ask_replay(draft(), months=2, name="x", by=BY, at=NOW) != first

    def test_a_cancelled_one_stops_and_can_go_on(self, harbor, season):
        asked = operations.ask_replay(draft(), months=1, name="x", by=BY, at=NOW)
        cancelled = operations.cancel_replay(asked.reference, by=BY, at=NOW)
        assert cancelled.job.state == "cancelled"
        jobs.work(asked.job_id)
        assert Replay.objects.get().done == 0
        operations.resume_replay(asked.reference, by=BY, at=NOW)
        jobs.work(asked.job_id)
        assert Replay.objects.get().stage == "over"

    @pytest.mark.parametrize("months", [0, 25])
    def test_the_months_are_from_1_to_24(self, harbor, months):
        with pytest.raises(Refused, match="not 1 to 24"):
            operations.ask_replay(draft(), months=months, name="x", by=BY, at=NOW)

    def test_another_currency_is_refused(self, harbor):
        with pytest.raises(Refused, match="paid in USD"):
            operations.ask_replay(
                draft(("currency: USD", "currency: CAD")), months=1, name="x", by=BY, at=NOW
            )

    def test_old_rows_are_forgotten_and_the_figures_stay(self, replay, park):
        park()
        done = replay(('per_hour: "2.50"', 'per_hour: "5.00"'))
        assert operations.forget_old_rows(at=NOW + timedelta(days=89)) == 0
        assert operations.forget_old_rows(at=NOW + timedelta(days=90)) == 1
        assert Replay.objects.get(pk=done.pk).cells == done.cells

    def test_queries_do_not_grow_with_the_records(
        self, harbor, park, look, cite, django_assert_max_num_queries
    ):
        counts = []
        for more in (3, 9):
            for n in range(more):
                park(f"C{more}{n} 001", hours=n % 5)
                look(f"D{more}{n} 001", hours=n % 5)
                cite(f"D{more}{n} 001", hours=n % 5, minutes=1)
            asked = operations.ask_replay(draft(), months=more, name="x", by=BY, at=NOW)
            with django_assert_max_num_queries(80) as watched:
                jobs.work(asked.job_id)
            counts.append(len(watched))
        assert counts[0] == counts[1]


def _everything() -> dict[str, list]:
    """Return all rows of all tables but those of replays, jobs with their figures, and what announces them."""
    own = {"reporting_replay", "reporting_replayrow", "jobs_job", "audit_auditevent"}
    with connection.cursor() as cursor:
        found = {}
        for table in connection.introspection.table_names(cursor):
            if table not in own and not table.startswith("django_"):
                cursor.execute(f'SELECT * FROM "{table}" ORDER BY 1')
                found[table] = cursor.fetchall()
    found["tallies_tally"] = [row for row in found["tallies_tally"] if row[1] not in of_jobs.LEVELS]
    return found


AMOUNTS = st.integers(0, 10_000)
PRICED = st.builds(
    lambda total, refused, not_for: sales.Priced(
        Money(total, "USD"), Money(total, "USD"), refused=refused, not_for=not_for
    ),
    AMOUNTS,
    st.sampled_from(["", "", "no such type"]),
    st.sampled_from(["", "", "not for you"]),
)


class TestRules:
    @given(priced=PRICED)
    def test_a_sale_against_itself_is_the_same(self, priced):
        change, was, would = rules.sale(priced, priced)
        assert change is Change.SAME
        assert was == would

    @given(was=PRICED, would=PRICED)
    def test_a_change_says_what_the_amounts_say(self, was, would):
        change, before, after = rules.sale(was, would)
        assert (change is Change.MORE) <= (after > before)
        assert (change is Change.LESS) <= (after < before)
        assert (change is Change.NOT_SOLD) <= (after == 0)
        back = rules.sale(would, was)
        if not any((was.not_for, would.not_for)):
            assert back[1:] == (after, before)

    @given(
        cells=st.dictionaries(
            st.tuples(
                st.sampled_from(list(Kind)),
                st.sampled_from(list(Change)),
                st.sampled_from(["A", "B", ""]),
                st.sampled_from(["STAFF", ""]),
            ),
            st.tuples(AMOUNTS, AMOUNTS, AMOUNTS),
        )
    )
    @settings(suppress_health_check=[HealthCheck.too_slow])
    def test_parts_add_up_to_the_whole(self, cells):
        whole = rules.summed(cells)
        zones = [rules.summed(cells, zone=zone) for zone in ("A", "B", "")]
        audiences = [rules.summed(cells, audience=who) for who in ("STAFF", "")]
        changes = [rules.summed(cells, changes=[change]) for change in Change]
        for parts in (zones, audiences, changes):
            assert sum(parts, Sums()) == whole


class TestTheCommand:
    def run(self, tmp_path, *changes: tuple[str, str], months: str = "1") -> str:
        file = tmp_path / "draft.yaml"
        text = HARBOR
        for old, new in changes:
            text = text.replace(old, new)
        file.write_text(text)
        out = StringIO()
        call_command(
            "programme",
            "replay",
            str(file),
            tenant="harbor",
            months=int(months),
            stdout=out,
            stderr=StringIO(),
        )
        return out.getvalue()

    def test_prints_what_would_be_different(self, harbor, season, tmp_path):
        with time_machine.travel(NOW, tick=False):
            told = self.run(
                tmp_path, ('per_hour: "2.50"', 'per_hour: "3.00"'), ("- code: EVENING", "- code: X")
            )
        assert "17 records read again." in told
        lines = {line.split("  ")[0]: line.split()[-5:] for line in told.splitlines() if line}
        assert lines["Paid stays that would have cost more"] == ["2", "2", "5.40", "6.48", "1.08"]
        assert "The draft has no permit type EVENING (Evenings)." in told
        assert "By audience" in told
        assert "By zone" in told

    def test_a_wish_that_cannot_be_is_refused_in_words(self, harbor, tmp_path):
        with pytest.raises(CommandError, match="not 1 to 24"):
            self.run(tmp_path, months="99")
