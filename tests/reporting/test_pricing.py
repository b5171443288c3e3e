"""Rates by demand: which hours are priced together, what is known of them, and the draft of it."""

from datetime import date, timedelta
from random import Random

import pytest
import time_machine
from django.db import connection

from parkops.kernel.actors import SYSTEM, Actor
from parkops.kernel.dates import midnight
from parkops.kernel.decisions import Conflict, Refused
from parkops.programme import diff, load
from parkops.programme import operations as programme
from parkops.programme import queries as versions
from parkops.programme.schema import Programme
from permits.models import ParkingSession
from permits.rules import demand
from reporting.pricing import observed, operations
from reporting.pricing.proposals import priced
from reporting.pricing.segments import segments

BY = Actor("staff", "1", "Alice Admin")
PAGE = "/office/pricing/"


def programme_with(rates, zones=("A", "B")):
    return Programme.of(
        {
            "schema": 1,
            "programme": {"name": "Test", "timezone": "America/New_York", "currency": "USD"},
            "calendars": {"holidays": ["2026-11-26"]},
            "zones": [
                {"code": code, "name": code, "kind": "lot", "capacity": {"standard": 10}}
                for code in zones
            ],
            "sessions": {"rates": rates},
        }
    )


def texts(rules):
    return [(one.zone.code, one.text) for one in segments(rules)]


class TestSegments:
    def test_a_day_has_three_bands_and_the_weekend_its_own(self):
        rules = programme_with(
            [{"zones": ["A"], "when": "Mon-Sat 08:00-18:00", "per_hour": "2.00"}]
        )
        assert texts(rules) == [
            ("A", "Mon-Fri 08:00-12:00"),
            ("A", "Mon-Fri 12:00-15:00"),
            ("A", "Mon-Fri 15:00-18:00"),
            ("A", "Sat 08:00-12:00"),
            ("A", "Sat 12:00-15:00"),
            ("A", "Sat 15:00-18:00"),
        ]

    def test_a_most_a_day_keeps_the_day_together(self):
        rules = programme_with(
            [{"zones": ["A"], "when": "Mon-Sat 08:00-18:00", "per_hour": "2.00", "day_max": "9.00"}]
        )
        assert texts(rules) == [("A", "Mon-Fri 08:00-18:00"), ("A", "Sat 08:00-18:00")]

    def test_hours_past_midnight_are_of_the_day_they_begin_on(self):
        rules = programme_with([{"zones": ["A"], "when": "Fri 20:00-02:00", "per_hour": "2.00"}])
        (one,) = segments(rules)
        friday = date(2026, 11, 13)
        assert one.hours(friday) == [
            *((friday, hour) for hour in range(20, 24)),
            *((friday + timedelta(days=1), hour) for hour in range(2)),
        ]
        assert one.hours(friday + timedelta(days=1)) == []

    def test_what_an_earlier_rate_holds_is_its_own(self):
        rules = programme_with(
            [
                {"zones": ["A"], "when": "Mon-Fri 08:00-12:00", "per_hour": "3.00"},
                {"zones": ["A", "B"], "when": "Mon-Fri 08:00-15:00", "per_hour": "2.00"},
            ]
        )
        assert [(c, t) for c, t in texts(rules) if c == "A"] == [
            ("A", "Mon-Fri 08:00-12:00"),
            ("A", "Mon-Fri 12:00-15:00"),
        ]

    def test_begun_hours_and_seasons_are_left_alone(self):
        rules = programme_with(
            [
                {"zones": ["A"], "per_hour": "2.00", "begun_hours": ["2.00", "3.00"]},
                {
                    "zones": ["B"],
                    "when": {"days": "Mon", "hours": "08:00-10:00", "season": "06-01..08-31"},
                    "per_hour": "2.00",
                },
            ]
        )
        assert texts(rules) == []


@pytest.fixture
def stays(harbor, now):
    """Put paid stays straight into the table: `stays("LOT-A", 9, days=30)` are nine all day, each day."""

    def do(zone, at_a_time, *, days=30, spread=1, first_hour=7, hours=12):
        rules = versions.in_force(now).programme
        dice = Random("stays")  # noqa: S311
        today = now.astimezone(rules.tz).date()
        rows = []
        for back in range(1, days + 1):
            begins = midnight(today - timedelta(days=back), rules.tz) + timedelta(hours=first_hour)
            for n in range(at_a_time + dice.choice([-spread, 0, spread])):
                rows.append(
                    ParkingSession(
                        number=f"S-{zone}-{back}-{n}",
                        zone_code=zone,
                        plate_text=f"P{n}",
                        plate_key=f"P{n}",
                        programme_version=1,
                        starts_at=begins,
                        ends_at=begins + timedelta(hours=hours),
                        net_minor=500,
                        tax_minor=0,
                        sold_at=begins,
                    )
                )
        ParkingSession.objects.bulk_create(rows)

    return do


@pytest.fixture
def looks(harbor, now):
    """Put looks straight into the table: `looks("LOT-A", 40, paying=36)` of one morning a day."""

    def do(zone, count, *, paying, hour=10):
        rules = versions.in_force(now).programme
        today = now.astimezone(rules.tz).date()
        with connection.cursor() as cursor:
            for n in range(count):
                at = midnight(today - timedelta(days=1 + n % 20), rules.tz) + timedelta(hours=hour)
                plate = f"P{n % 3}" if n < paying else f"X{n}"
                cursor.execute(
                    """
INSERT INTO enforcement_platecheck (reference, at, recorded_at, source, actor_kind, actor_ref, actor_name,
  plate_text, plate_key, region, zone_code, verdict, programme_version, answer)
VALUES (gen_random_uuid(), %s, %s, 'field', 'staff', '1', 'Bob', %s, %s, '', %s, 'authorized', 1, '{}')
""",
                    [at, at, plate, plate, zone],
                )

    return do


@pytest.fixture
def paid_zone(harbor, now):
    """Harbor's zone with a rate by the hour, and the ten spaces that its program says from long ago on."""
    document = versions.document(1)
    code = document["sessions"]["rates"][0]["zones"][0]
    zones = [
        {**zone, "capacity": {"standard": 10}} if zone["code"] == code else zone
        for zone in document["zones"]
    ]
    loaded = load.load_document({**document, "zones": zones})
    began = now - timedelta(days=200)
    programme.apply_version(loaded, begins_at=began, by=SYSTEM, at=began)
    return code, 10


@pytest.fixture
def busy_zone(paid_zone, stays, looks):
    """A zone that is nearly full all day of each day of four weeks."""
    zone, spaces = paid_zone
    stays(zone, round(spaces * 0.9))
    looks(zone, 60, paying=58)
    return zone


class TestObserved:
    def test_an_hour_of_a_stay_is_a_vehicle_for_an_hour(self, paid_zone, stays, now):
        zone, _ = paid_zone
        stays(zone, 4, days=1, spread=0, first_hour=9, hours=2)
        rules = versions.in_force(now).programme
        today = now.astimezone(rules.tz).date()
        known = observed.observed(
            rules, [zone], since=midnight(today - timedelta(days=3), rules.tz), until=now
        )
        yesterday = today - timedelta(days=1)
        assert known.paid == {
            (zone.lower(), yesterday, 9): 4.0,
            (zone.lower(), yesterday, 10): 4.0,
        }

    def test_counts_are_believed_before_paid_stays(self, paid_zone, now):
        zone, _ = paid_zone
        rules = versions.in_force(now).programme
        (segment, *_) = segments(rules)
        known = observed.Observed(date(2026, 10, 1), date(2026, 11, 1))
        for n in range(30):
            day = date(2026, 10, 1) + timedelta(days=n)
            for on, hour in segment.hours(day):
                known.counted[zone.lower(), on, hour] = 0.5 + (n % 3) / 100
        found = observed.of_segment(known, segment, rules, changed_on=None)
        assert found.measured is not None
        assert found.measured.occupancy == pytest.approx(0.51, abs=0.01)
        assert found.measured.error < 0.01
        assert found.measured.free_share == 1

    def test_those_who_did_not_pay_stand_there_too(self, paid_zone, stays, looks, now):
        zone, spaces = paid_zone
        stays(zone, round(spaces * 0.4), spread=0)
        looks(zone, 60, paying=30)
        line = next(one for one in priced(at=now).lines if one.measured)
        assert line.measured.occupancy == pytest.approx(0.8, abs=0.12)
        assert "had paid" in line.because[1]

    def test_days_before_the_last_change_do_not_count(self, busy_zone, now):
        rules = versions.in_force(now).programme
        segment = next(iter(segments(rules)))
        today = now.astimezone(rules.tz).date()
        known = observed.observed(
            rules, [busy_zone], since=midnight(today - timedelta(days=40), rules.tz), until=now
        )
        since = today - timedelta(days=5)
        found = observed.of_segment(known, segment, rules, changed_on=since)
        assert found.decision.code == "few_days"


class TestPriced:
    def test_nothing_is_proposed_of_what_is_not_known(self, harbor, now):
        found = priced(at=now)
        assert found.lines
        assert found.proposed == []
        assert all(line.because[0] for line in found.lines)

    def test_a_full_zone_becomes_dearer(self, busy_zone, now):
        line = priced(at=now).proposed[0]
        assert line.proposal.rate == line.current + demand.Terms.usual("USD").step
        assert line.effect.least_taken < line.measured.occupancy
        assert line.effect.revenue_now < line.effect.least_revenue

    def test_a_rate_that_just_changed_stays(self, busy_zone, now):
        rules = versions.document(2)
        rates = [dict(rate) for rate in rules["sessions"]["rates"]]
        for rate in rates:
            rate["per_hour"] = "1.10"
        loaded = load.load_document({**rules, "sessions": {**rules["sessions"], "rates": rates}})
        began = now - timedelta(days=20)
        programme.apply_version(loaded, begins_at=began, by=SYSTEM, at=began)
        found = priced(at=now)
        known = [line for line in found.lines if line.measured]
        assert known
        assert {line.decision.code for line in known} == {"too_soon"}

    def test_a_rate_that_is_published_and_not_yet_in_force_is_not_changed_again(
        self, busy_zone, now
    ):
        draft = operations.draft_rates(
            [line.segment.code for line in priced(at=now).proposed], by=BY, at=now
        )
        programme.publish_draft(
            draft.pk,
            revision=draft.revision,
            begins_on=now.date() + timedelta(days=7),
            by=BY,
            at=now,
        )
        found = priced(at=now + timedelta(days=1))
        assert found.proposed == []
        assert any("is published already" in line.decision.reason for line in found.lines)

    def test_the_programs_own_terms_are_used_said_and_kept(self, busy_zone, site, alice, now):
        rules = versions.document(2)
        terms = {"full": "99%", "empty": "98%", "every": "14d"}
        sessions = {**rules["sessions"], "by_demand": terms}
        began = now - timedelta(minutes=5)
        programme.apply_version(
            load.load_document({**rules, "sessions": sessions}),
            begins_at=began,
            by=SYSTEM,
            at=began,
        )
        found = priced(at=now)
        assert (found.terms.shares[0], found.terms.every) == ("99%", 14)
        assert versions.document(found.in_force.number)["sessions"]["by_demand"] == terms
        with time_machine.travel(now, tick=False):
            shown = site.login_as(alice).get(PAGE).content.decode()
        assert "with the terms of version 3 of the program: from 99% of the spaces" in shown
        assert "at most once in 14 days" in shown


class TestDraftRates:
    def test_the_draft_differs_by_just_these_rates(self, busy_zone, now):
        line = priced(at=now).proposed[0]
        draft = operations.draft_rates([line.segment.code], by=BY, at=now)
        after = Programme.of(draft.document)
        before = versions.in_force(now).programme
        assert {one.part for one in diff.differences(before, after)} == {"sessions"}
        first = line.segment.spans[0]
        minute = midnight(date(2026, 11, 16 + first.day), before.tz) + timedelta(
            minutes=first.start
        )
        held = next(
            rate
            for rate in after.rates_for(line.segment.zone.code)
            if after.holds(rate.when, minute)
        )
        assert held.per_hour == line.proposal.rate

    def test_twice_is_once_and_what_is_in_the_draft_is_not_overwritten(self, busy_zone, now):
        first, *rest = [line.segment.code for line in priced(at=now).proposed]
        draft = operations.draft_rates([first], by=BY, at=now)
        again = operations.draft_rates([first], by=BY, at=now)
        assert (again.pk, again.revision) == (draft.pk, draft.revision)
        if rest:
            with pytest.raises(Conflict, match="other rates"):
                operations.draft_rates(rest[:1], by=BY, at=now)

    @pytest.mark.parametrize("codes", [[], ["LOT-A:0:weekdays:night"], ["'; --"]])
    def test_only_what_is_proposed_is_put_there(self, busy_zone, now, codes):
        with pytest.raises(Refused):
            operations.draft_rates(codes, by=BY, at=now)
        assert versions.open_draft() is None


class TestPage:
    def test_shows_and_drafts(self, site, alice, busy_zone, now):
        site.login_as(alice)
        with time_machine.travel(now, tick=False):
            shown = site.get(PAGE).content.decode()
            code = priced(at=now).proposed[0].segment.code
            assert f'value="{code}"' in shown
            assert "80% or more" in shown
            assert "a rate that is 10% dearer loses 4% of demand (2% to 6%)" in " ".join(
                shown.split()
            )
            assert site.post(PAGE, {"lines": [code]})["Location"] == "/office/program/draft/"
        assert versions.open_draft() is not None

    def test_says_why_nothing_was_drafted(self, site, alice, harbor):
        site.login_as(alice)
        answer = site.post(PAGE, {})
        assert answer.status_code == 422
        assert "Choose at least one rate." in answer.content.decode()

    def test_who_may_not_change_the_program_reads_only(self, site, amos, harbor):
        site.login_as(amos)
        assert "Put the chosen rates" not in site.get(PAGE).content.decode()
        assert site.post(PAGE, {"lines": ["x"]}).status_code == 422
        assert versions.open_draft() is None

    def test_officers_do_not_see_it(self, site, bob, harbor):
        site.login_as(bob)
        assert site.get(PAGE).status_code == 403
