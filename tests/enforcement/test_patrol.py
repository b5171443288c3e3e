"""Where a shift should go: by violations expected, with stops to learn, and made a beat."""

from datetime import date, timedelta

import pytest
import time_machine
from django.db import connection
from hypothesis import given
from hypothesis import strategies as st

from enforcement.models import Beat, Duty
from enforcement.operations import beats
from enforcement.queries import patrol as queries
from enforcement.queries.patrol import suggested
from enforcement.rules import patrol
from enforcement.rules.patrol import Known, Seen
from parkops.kernel.actors import SYSTEM
from parkops.kernel.dates import midnight
from parkops.kernel.decisions import Refused
from parkops.programme import queries as programme

PAGE = "/office/dispatch/patrol/"
TUESDAY = 1
USUAL = Seen(1000, 50)


def known(zone, looks=0, found=0, *, week=None, band=10, **more):
    return Known(
        zone,
        hours={(TUESDAY, band): Seen(looks, found)},
        week=week or Seen(looks, found),
        pace=20.0,
        **more,
    )


class TestExpected:
    def test_is_the_share_of_looks_and_not_their_number(self):
        often = known("OFTEN", 400, 20)
        seldom = known("SELDOM", 40, 10)
        told = {"weekday": TUESDAY, "hour": 10}
        assert patrol.expected(seldom, USUAL, **told) > patrol.expected(often, USUAL, **told)

    def test_few_looks_lean_on_the_week_and_that_on_all_zones(self):
        told = {"weekday": TUESDAY, "hour": 10}
        lucky = known("A", 1, 1, week=Seen(200, 10))
        assert patrol.share(lucky, USUAL, **told) < 0.1
        assert patrol.share(Known("B"), USUAL, **told) == pytest.approx(0.05, abs=0.001)

    @given(st.integers(0, 500), st.integers(0, 500), st.integers(0, 23))
    def test_a_share_is_one(self, looks, found, hour):
        seen = known("A", looks, min(found, looks))
        assert 0 <= patrol.share(seen, USUAL, weekday=TUESDAY, hour=hour) <= 1


class TestOrder:
    def test_goes_where_most_is_expected_and_not_twice_in_a_row(self):
        zones = [known("GOOD", 100, 40), known("FAIR", 100, 30), known("POOR", 100, 2)]
        stops = patrol.order(dict.fromkeys((10, 11), zones), weekday=TUESDAY, usual=USUAL)
        assert [stop.zone for stop in stops] == ["GOOD", "FAIR"]
        assert stops[0].because[0] == "40 violations in 100 checks on Tuesdays 10-12."

    def test_nobody_stays_where_another_zone_is_enforced(self):
        zones = [known("BEST", 100, 99), known("POOR", 100, 1)]
        stops = patrol.order(dict.fromkeys(range(8, 12), zones), weekday=TUESDAY, usual=USUAL)
        assert [stop.zone for stop in stops] == ["BEST", "POOR", "BEST", "POOR"]
        alone = patrol.order(dict.fromkeys((8, 9), zones[:1]), weekday=TUESDAY, usual=USUAL)
        assert [stop.zone for stop in alone] == ["BEST", "BEST"]
        assert alone[1].expected < alone[0].expected

    def test_one_stop_in_five_goes_where_least_was_looked(self):
        zones = [
            known("GOOD", 100, 40, lately=90, spaces=10),
            known("FAIR", 100, 30, lately=80, spaces=10),
            known("NEVER", spaces=50, last_on=date(2026, 10, 1)),
        ]
        stops = patrol.order(dict.fromkeys(range(8, 13), zones), weekday=TUESDAY, usual=USUAL)
        assert [stop.explores for stop in stops] == [False, False, False, False, True]
        assert stops[4].zone == "NEVER"
        assert "the last on 1 October" in stops[4].because[0]

    @given(
        st.lists(
            st.tuples(st.sampled_from("ABCDE"), st.integers(0, 90), st.integers(0, 90)),
            min_size=1,
            max_size=5,
            unique_by=lambda one: one[0],
        ),
        st.integers(1, 10),
    )
    def test_every_hour_has_a_stop_and_a_reason(self, told, hours):
        zones = [known(zone, looks, min(found, looks)) for zone, looks, found in told]
        stops = patrol.order(
            dict.fromkeys(range(8, 8 + hours), zones), weekday=TUESDAY, usual=USUAL
        )
        assert [stop.hour for stop in stops] == [*range(8, 8 + hours)]
        assert all(stop.because and stop.expected >= 0 for stop in stops)

    @given(
        st.lists(
            st.tuples(st.sampled_from("ABCDEF"), st.integers(0, 90), st.integers(0, 90)),
            min_size=1,
            max_size=6,
            unique_by=lambda one: one[0],
        ),
        st.integers(1, 8),
    )
    def test_no_two_officers_are_in_a_zone_at_once(self, told, officers):
        zones = [known(zone, looks, min(found, looks)) for zone, looks, found in told]
        hours = dict.fromkeys(range(8, 14), zones)
        beats = patrol.arrange(hours, officers=officers, weekday=TUESDAY, usual=USUAL)
        stops = [(stop.hour, stop.zone) for beat in beats for stop in beat]
        assert len(stops) == len({*stops}) == 6 * min(officers, len(zones))

    def test_beats_come_to_much_the_same(self):
        zones = [known(f"Z{n}", 200, 20 * n) for n in range(1, 9)]
        hours = dict.fromkeys(range(8, 16), zones)
        beats = patrol.arrange(hours, officers=3, weekday=TUESDAY, usual=USUAL)
        found = [patrol.found_by(beat) for beat in beats]
        assert max(found) < 1.25 * min(found)

    def test_an_hour_without_enforcement_has_none(self):
        assert patrol.order({3: []}, weekday=TUESDAY, usual=USUAL) == []

    def test_too_few_looks_give_no_order(self):
        assert patrol.is_known([]).code == "no_zones"
        few = patrol.is_known([known("A", 29, 20)], weeks=2)
        assert few.code == "few_looks"
        assert "29 plates in these zones in 2 weeks" in few.reason
        assert patrol.is_known([known("A", 30, 0)])


@pytest.fixture
def looks(harbor, now):
    """Put looks straight into the table: `looks("LOT-A", 40, bad=10)` on Tuesdays at ten."""

    def do(zone, count, *, bad, hour=10):
        rules = programme.in_force(now).programme
        today = now.astimezone(rules.tz).date()
        with connection.cursor() as cursor:
            for n in range(count):
                day = today - timedelta(days=7 * (1 + n % 4))
                at = midnight(day, rules.tz) + timedelta(hours=hour, minutes=n % 50)
                cursor.execute(
                    """
INSERT INTO enforcement_platecheck (reference, at, recorded_at, source, actor_kind, actor_ref, actor_name,
  plate_text, plate_key, region, zone_code, verdict, programme_version, answer)
VALUES (gen_random_uuid(), %s, %s, 'field', 'staff', '1', 'Bob', %s, %s, '', %s, %s, 1, '{}')
""",
                    [at, at, f"P{n}", f"P{n}", zone, "unauthorized" if n < bad else "authorized"],
                )

    return do


class TestSuggested:
    def test_says_where_by_what_was_found(self, looks, now):
        looks("LOT-A", 40, bad=2)
        looks("LOT-B", 40, bad=20)
        on = now.astimezone(programme.in_force(now).programme.tz).date()
        found = suggested(on=on, first_hour=10, hours=2, at=now)
        assert found.zones[0][0] == "LOT-B"
        assert found.stops[0].because[0] == "20 violations in 40 checks on Tuesdays 10-12."
        assert found.chart is not None

    def test_nothing_is_suggested_of_nothing(self, harbor, now):
        on = now.astimezone(programme.in_force(now).programme.tz).date()
        found = suggested(on=on, first_hour=10, hours=4, at=now)
        assert found.stops == []
        assert "are needed" in found.decision.reason

    def test_fewer_weeks_are_of_fewer_looks(self, looks, now):
        looks("LOT-A", 160, bad=160)
        on = now.astimezone(programme.in_force(now).programme.tz).date()
        usual, narrow = (
            suggested(on=on, first_hour=10, hours=1, weeks=weeks, at=now).stops[0].because[0]
            for weeks in (12, 2)
        )
        assert usual.startswith("160 violations in 160 checks")
        assert 40 <= int(narrow.split()[0]) <= 80


class TestPlan:
    def test_is_a_beat_in_order_that_an_officer_walks(self, harbor, bob, now):
        beat = beats.plan_patrol(
            name="Tuesday",
            zones=["LOT-B", "LOT-A"],
            officer_ref=str(bob.pk),
            on=date(2026, 11, 10),
            by=SYSTEM,
            at=now,
        )
        assert beat.zones == ["LOT-B", "LOT-A"]
        assert Duty.objects.get().beat_id == beat.pk

    def test_all_or_nothing(self, harbor, now):
        with pytest.raises(Refused, match="Choose an officer"):
            beats.plan_patrol(
                name="Tuesday",
                zones=["LOT-A"],
                officer_ref="0",
                on=date(2026, 11, 10),
                by=SYSTEM,
                at=now,
            )
        assert not Beat.objects.exists()


@pytest.fixture
def today(now):
    """The clock stands at the moment of the looks."""
    with time_machine.travel(now, tick=False):
        yield


@pytest.mark.usefixtures("today")
class TestPage:
    def test_shows_and_plans(self, site, clara, bob, looks, now):
        looks("LOT-B", 40, bad=20)
        site.login_as(clara)
        with_day = {"on": "2026-11-10", "hour": "10", "hours": "3"}
        assert "Suggested stops" in site.get(PAGE, with_day).content.decode()
        answer = site.post(PAGE, {**with_day, "name": "Morning", "officer": str(bob.pk)})
        assert answer["Location"] == "/office/dispatch/beats/?on=2026-11-10"
        assert Beat.objects.get().zones[0] == "LOT-B"
        assert Duty.objects.get().officer_ref == str(bob.pk)

    def test_two_officers_have_two_beats(self, site, clara, looks):
        looks("LOT-A", 40, bad=10)
        looks("LOT-B", 40, bad=20)
        site.login_as(clara)
        asked = {"on": "2026-11-10", "hour": "10", "hours": "3", "officers": "2"}
        shown = site.get(PAGE, asked).content.decode()
        assert "Officer 1" in shown
        assert "Officer 2" in shown
        assert "Make the beats" in shown
        assert site.post(PAGE, {**asked, "name": "Morning"}).status_code == 302
        assert [*Beat.objects.order_by("name").values_list("name", flat=True)] == [
            "Morning 1",
            "Morning 2",
        ]
        assert site.post(PAGE, {**asked, "name": "Morning"}).status_code == 422
        assert Beat.objects.count() == 2

    def test_who_only_looks_plans_nothing(self, site, otto, looks):
        looks("LOT-B", 40, bad=20)
        site.login_as(otto)
        assert "Make the beat" not in site.get(PAGE).content.decode()
        assert site.post(PAGE, {"name": "x"}).status_code == 403
        assert not Beat.objects.exists()

    def test_says_what_to_narrow_where_the_database_needs_too_long(
        self, site, clara, harbor, monkeypatch
    ):
        monkeypatch.setattr(queries, "SECONDS", 0.1)
        monkeypatch.setattr(queries, "_LOOKS", "SELECT pg_sleep(3)")
        site.login_as(clara)
        assert "Choose fewer weeks of checks." in site.get(PAGE).content.decode()
        answer = site.post(PAGE, {"name": "Morning"})
        assert answer.status_code == 422
        assert not Beat.objects.exists()
        assert "Try again in some" in site.get(PAGE, {"weeks": "2"}).content.decode()

    def test_a_beat_without_a_name_is_refused(self, site, clara, looks):
        looks("LOT-B", 40, bad=20)
        site.login_as(clara)
        answer = site.post(PAGE, {"on": "2026-11-10", "hour": "10", "hours": "2"})
        assert answer.status_code == 422
        assert not Beat.objects.exists()

    def test_reviewers_do_not_see_it(self, site, rita, harbor):
        site.login_as(rita)
        assert site.get(PAGE).status_code == 403

    def test_another_tenant_sees_its_own(self, other_site, charlie, looks):
        looks("LOT-B", 40, bad=20)
        other_site.login_as(charlie)
        assert "LOT-B" not in other_site.get(PAGE).content.decode()
