"""The questions of the office: each page says what the records say, and leads to them."""

from datetime import datetime, timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import given
from hypothesis import strategies as st

from enforcement.models import Citation, SpaceCount
from enforcement.operations import checks
from enforcement.operations.counts import take_counts
from enforcement.queries.checks import Look
from enforcement.rules.counts import Told
from parkops.kernel.actors import SYSTEM
from parkops.kernel.dates import local_instant
from parkops.kernel.permissions import Permission
from parkops.programme import queries as programme
from parkops.ui import charts
from permits.models import ParkingSession
from permits.operations import stays
from permits.rules.plates import read_plates
from reporting.catalogue import report_of
from reporting.insights import enforcement, forecasts, money, occupancy
from reporting.insights.intervals import between, wilson
from reporting.insights.questions import QUESTIONS
from reporting.insights.values import Asked, rows_of
from reporting.queries import live

PAGES = [question.code for question in QUESTIONS]


@pytest.fixture
def asked(harbor, now):
    """Ask about the last days: `asked(days=56, zone="LOT-A")`."""

    def do(*, days=56, zone="", may=lambda _permission: True, at=now):
        rules = programme.in_force(at).programme
        last = at.astimezone(rules.tz).date()
        return Asked(last - timedelta(days=days - 1), last, zone, rules, at, may)

    return do


@pytest.fixture
def weeks(harbor, now):
    """Ten weeks of half-hourly counts of LOT-A up to now: 30 of 120 on weekdays, 90 at their ten."""
    rules = programme.in_force(now).programme
    told = []
    for back in range(70, -1, -1):
        day = now.date() - timedelta(days=back)
        for half in range(14, 40):
            at = local_instant(day, half * 30, rules.tz)
            if at <= now:
                taken = (90 if half in (20, 21) else 30) if day.weekday() < 5 else 6
                told.append(Told(len(told) + 1, "LOT-A", at, taken + back % 3, 120))
    take_counts(told, kind="sensor", by=SYSTEM, at=now)
    return len(told)


class TestOccupancy:
    def test_the_fullest_hour_is_found_with_its_days_and_error(self, asked, weeks):
        found = occupancy.how_full(asked())
        figures = {figure.label: figure for figure in found.figures}
        assert figures["Fullest hour"].value == "76 %"
        assert figures["Fullest hour"].note.endswith(" 10:00")
        assert (
            figures["Counts"].value
            == SpaceCount.objects.filter(
                counted_at__gte=datetime.combine(asked().first, datetime.min.time()).replace(
                    tzinfo=asked().tz
                )
            ).count()
        )
        heat = found.drawings[0].chart
        told = [mark.title for mark in heat.marks if "Wednesday 10:00" in mark.title]
        assert told
        assert all("of 120, give or take" in title for title in told)
        assert {one.title for one in found.tables} == {"Now", "By zone"}
        assert {one.rows[0][0].value for one in found.tables} == {"LOT-A"}

    def test_now_is_what_the_dashboard_says_with_its_range_and_why(self, asked, weeks, now):
        (table,) = [one for one in occupancy.how_full(asked()).tables if one.title == "Now"]
        (row,) = table.rows
        told = {cell.column.key: cell.value for cell in row}
        (zone,) = [one for one in live.look(now).zones if one.code == "LOT-A"]
        assert (told["taken"], told["spaces"]) == (zone.taken, zone.spaces)
        assert told["low"] <= told["taken"] <= told["high"]
        assert "counted by its sensors" in told["why"]

    def test_of_a_zone_only_its_own(self, asked, weeks):
        told = {one.label: one for one in occupancy.how_full(asked(zone="LOT-A")).figures}
        assert (told["Zones counted"].value, told["Zones counted"].of) == (1, "")
        assert occupancy.how_full(asked(zone="lot-b")).empty
        assert occupancy.how_full(asked(zone="lot-a")).figures

    def test_the_map_shows_zones_with_a_place(self, asked, weeks):
        (drawn,) = [one.map for one in occupancy.how_full(asked()).drawings if one.map]
        assert [(shape.place.code, shape.place.tone) for shape in drawn.shapes] == [
            ("LOT-A", "heat-4")
        ]

    def test_without_counts_what_was_seen_is_shown(self, asked, now):
        look = Look("AAA 1", "", "LOT-B", now)
        checks.check_plate(look, source="field", by=SYSTEM, at=now)
        found = occupancy.how_full(asked())
        assert [one.title for one in found.drawings] == ["Vehicles seen or paid for"]
        assert found.figures[0].value == 1

    def test_a_paid_stay_is_there_in_each_of_its_hours(self, asked, now):
        plate = read_plates(["BBB2"])[0]
        stays.start_stay(plate=plate, zone_code="METER", minutes=120, by=SYSTEM, at=now)
        dataset = asked(at=now + timedelta(hours=3)).dataset("occupancy-seen")
        assert [row[3] for row in dataset.rows] == ["10:00", "11:00", "12:00"]


class TestStays:
    def test_turnover_is_by_space_and_day(self, asked, now):
        for n, minutes in enumerate((30, 60, 90)):
            plate = read_plates([f"AAA{n}"])[0]
            stays.start_stay(plate=plate, zone_code="METER", minutes=minutes, by=SYSTEM, at=now)
        found = occupancy.stays(asked())
        assert [(one.label, one.value) for one in found.figures] == [
            ("Paid stays", 3),
            ("Minutes each", 60),
        ]
        assert occupancy.stays(asked(zone="LOT-A")).empty

    def test_one_given_back_before_it_began_was_of_no_minutes(self, asked, now):
        for n, minutes in enumerate((30, 60)):
            plate = read_plates([f"AAA{n}"])[0]
            stays.start_stay(plate=plate, zone_code="METER", minutes=minutes, by=SYSTEM, at=now)
        ahead = ParkingSession.objects.filter(plate_key="AAA1")
        assert ahead.update(ends_at=now, stopped_at=now - timedelta(days=7))
        assert rows_of(asked().dataset("turnover"))[0]["mean"] == 15
        assert rows_of(asked().dataset("stays"))[0]["hours"] == 0.5
        assert rows_of(asked().dataset("stay-lengths"))[0]["median"] == 15


class TestCompliance:
    @pytest.fixture
    def looked(self, cite, now):
        for n in range(10):
            look = Look(f"AAA {n}", "", "LOT-B", now)
            checks.check_plate(look, source="field", by=SYSTEM, at=now)
        for n in range(4):
            cite(f"AAA {n}", "NO-PERMIT", zone="LOT-B")

    def test_who_is_not_in_order_and_cited_is_followed_up(self, asked, looked):
        dataset = asked().dataset("compliance")
        row = dict(zip((column.key for column in dataset.columns), dataset.rows[0], strict=True))
        assert (row["looked"], row["good"], row["bad"], row["cited"]) == (10, 0, 10, 4)
        low, high = wilson(0, 10)
        assert (row["low"], row["high"]) == (pytest.approx(low), pytest.approx(high, abs=1e-5))

    def test_capture_needs_counts_and_says_its_range(self, asked, looked, now):
        assert len(enforcement.compliance(asked()).tables) == 1
        told = [
            Told(n, "LOT-B", now - timedelta(days=n % 7, minutes=30 * (n // 7)), 20)
            for n in range(70)
        ]
        take_counts(told, kind="gate", by=SYSTEM, at=now)
        found = enforcement.compliance(asked(days=7))
        captured = found.tables[1].rows[0]
        zone, stays_, length, share, expected, _, written, rate, _ = (
            cell.value for cell in captured
        )
        assert (zone, length, share, written) == ("LOT-B", 2.0, 1.0, 4)
        assert expected == stays_ > 0
        assert rate == pytest.approx(100 * written / expected, abs=0.05)


class TestSignage:
    def test_few_appeals_are_said_to_be_few(self, asked, cite):
        for n in range(3):
            cite(f"AAA {n}")
        found = enforcement.signage(asked())
        assert [table.title for table in found.tables] == [
            "By rule",
            "By zone",
            "By officer",
        ]
        assert found.figures[0].value == 3
        assert "Small numbers" in found.cautions[0][0]

    def test_places_have_a_column_where_any_is_named(self, asked, cite):
        cite("AAA 1")
        _, zones, _ = enforcement.signage(asked()).tables
        assert "Place" not in [column.title for column in zones.columns]
        cite("AAA 2")
        Citation.objects.filter(plate_key="AAA2").update(place="Main Street")
        _, places, _ = enforcement.signage(asked()).tables
        assert places.title == "By zone and place"
        keys = [column.key for column in places.columns]
        assert {row[keys.index("place")].value for row in places.rows} == {"", "Main Street"}
        assert len(places.totals) == len(places.columns)


class TestMoney:
    def test_collection_and_dispute_stand_side_by_side(self, busy, asked, now):
        found = money.collection(asked(at=now + timedelta(hours=1)))
        figures = {one.label: one.value for one in found.figures}
        assert figures["Collection rate"] == "14 %"
        assert figures["Dispute rate"] == "0 %"
        chart = found.drawings[0].chart
        assert chart.names == ["Paid, percent", "Appealed, percent"]

    def test_permits_are_counted_and_seen(self, busy, asked, now):
        figures = {one.label: one for one in money.permits(asked(at=now)).figures}
        assert figures["Permits in force"].value == 3


class TestForecast:
    def test_what_repeats_is_told_with_its_range_and_its_trial(self, asked, weeks):
        found = forecasts.occupancy(asked())
        figures = {one.label: one for one in found.figures}
        assert figures["Fullest"].value == "76 %"
        assert "10:00" in figures["Fullest"].note
        assert float(figures["Off a week ahead"].value.split()[0]) < 1.5
        assert "At 11:00 today" in figures
        days, methods = found.tables
        assert len(days.rows) == 7
        assert [row[1].value for row in methods.rows][1] == "The same half hour a week before"
        chart = found.drawings[0].chart
        assert chart.band.startswith("M")
        assert chart.heads[-2:] == ["At least", "At most"]

    def test_too_little_is_said(self, asked, now):
        assert "No zone was ever counted" in forecasts.occupancy(asked()).empty[0]
        take_counts([Told(1, "LOT-A", now, 3)], kind="gate", by=SYSTEM, at=now)
        assert "not counted long enough" in forecasts.occupancy(asked()).empty[0]
        assert "METER was never counted" in forecasts.occupancy(asked(zone="METER")).empty[0]

    def test_revenue_needs_ten_weeks_and_tells_four(self, asked, cite, pay, now):
        assert forecasts.revenue(asked()).empty
        for week in range(11, 0, -1):
            at = now - timedelta(days=7 * week)
            pay(cite(f"AAA {week}", at=at), kind="citation", at=at)
        found = forecasts.revenue(asked())
        assert len(found.tables[0].rows) == 4
        figures = {one.label: one.value.minor for one in found.figures}
        assert figures["Next four weeks"] == 4 * figures["A week, lately"] > 0
        assert figures["Off on average"] == 0
        (tried,) = [one.rows for one in found.tables if one.title == "How it would have done"]
        for row in tried:
            mean, worst, count = (cell.value for cell in row[1:])
            assert (mean.minor, worst.minor) == (0, 0)
            assert count >= 4


class TestIntervals:
    @given(st.integers(1, 10_000).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
    def test_the_share_is_between_its_bounds(self, found):
        part, whole = found
        low, high = wilson(part, whole)
        assert 0 <= low <= part / whole + 1e-9
        assert part / whole - 1e-9 <= high <= 1
        wider = wilson(part * 4, whole * 4)
        assert wider[1] - wider[0] <= high - low + 1e-9

    def test_in_words(self):
        assert between(0, 0) == ""
        assert between(8, 40) == "10 to 35 %"


class TestBand:
    def test_lies_round_the_line_and_in_the_table(self):
        points = [charts.Point("a", 5), charts.Point("b", 8)]
        drawn = charts.line(points, title="t", head="h", band=[(3, 7), (6, 10)])
        assert drawn.band.count("L") == 3
        assert drawn.rows == [("a", ["5", "3", "7"]), ("b", ["8", "6", "10"])]
        assert drawn.path
        assert not charts.line(points, title="t").band


class TestPages:
    @pytest.fixture(autouse=True)
    def _at_work(self, now):
        with time_machine.travel(now, tick=False):
            yield

    @pytest.mark.parametrize("code", PAGES)
    def test_each_opens_with_nothing_and_with_something(self, site, amos, code, weeks):
        site.login_as(amos)
        answer = site.get(f"/office/insights/{code}/?zone=LOT-B")
        assert answer.status_code == 200
        full = site.get(f"/office/insights/{code}/")
        assert full.status_code == 200
        assert "nobody counted" not in full.content.decode()

    def test_the_list_leads_to_each(self, site, otto):
        shown = site.login_as(otto).get("/office/insights/").content.decode()
        assert all(f"/office/insights/{code}/" in shown for code in PAGES)

    def test_is_for_who_sees_reports(self, site, bob, rita):
        for who in (bob, rita):
            site.login_as(who)
            assert site.get("/office/insights/").status_code == 403
            assert site.get("/office/insights/occupancy/").status_code == 403
        site.logout()
        assert site.get("/office/insights/occupancy/").status_code == 302

    def test_what_is_not_a_question_is_not_there(self, site, amos):
        assert site.login_as(amos).get("/office/insights/nothing/").status_code == 404

    def test_another_tenants_counts_are_not_shown(self, other_site, charlie, weeks):
        shown = other_site.login_as(charlie).get("/office/insights/occupancy/").content.decode()
        assert "Nothing was counted or seen" in shown

    def test_wrong_days_are_said_at_their_field(self, site, amos):
        site.login_as(amos)
        for query, told in (
            ("from=2026-11-10&to=2026-11-01", "must not be before the first"),
            ("from=2020-01-01&to=2026-11-01", "At most 400 days"),
            ("to=2040-01-01", "At most 400 days"),
            ("from=yesterday", "valid date"),
        ):
            shown = site.get(f"/office/insights/occupancy/?{query}")
            assert shown.status_code == 200
            assert told in shown.content.decode()

    def test_figures_lead_to_the_report_with_the_same_days(self, site, amos, otto, weeks):
        page = "/office/insights/occupancy/?from=2026-10-01&to=2026-10-31&zone=LOT-A"
        shown = site.login_as(amos).get(page)
        (url,) = {one.url for one in shown.context["answer"].figures}
        query = parse_qs(urlsplit(url).query)
        assert query == {"from": ["2026-10-01"], "to": ["2026-10-31"], "in_zone": ["LOT-A"]}
        assert site.get(url).status_code == 200
        # An auditor makes no reports, and reads their rows.
        other = site.login_as(otto).get(page)
        assert {one.url for one in other.context["answer"].figures} == {url}
        read = site.get(url)
        assert read.status_code == 200
        assert read.context["shown"].rows

    def test_more_counts_take_no_more_statements(self, site, amos, weeks, now):
        site.login_as(amos)
        site.get("/office/insights/occupancy/")
        with CaptureQueriesContext(connection) as few:
            site.get("/office/insights/occupancy/")
        told = [Told(n, "LOT-B", now - timedelta(minutes=7 * n), n % 40) for n in range(500)]
        take_counts(told, kind="gate", by=SYSTEM, at=now)
        with CaptureQueriesContext(connection) as many:
            site.get("/office/insights/occupancy/")
        assert len(many) == len(few)


def test_every_figure_of_somebody_who_may_all_has_its_rows(busy, asked, weeks, now):
    for question in QUESTIONS:
        answer = question.answer(asked(at=now))
        for figure in answer.figures:
            assert figure.url, (question.code, figure.label)


def test_a_figure_leads_to_nothing_but_its_own_days(busy, asked, weeks, now):
    """Where a page is of some days, what its figures lead to is of the same ones."""
    given = asked(days=20, at=now)
    own = {given.first.isoformat(), given.last.isoformat()}
    for question in QUESTIONS:
        if "period" not in question.asks:
            continue
        for figure in question.answer(given).figures:
            query = parse_qs(urlsplit(figure.url).query)
            told = {day for key in ("from", "to") for day in query.get(key, ())}
            asks = {
                one.key for one in report_of(urlsplit(figure.url).path.split("/")[-2]).parameters
            }
            assert told == (own if "from" in asks else own & told), (question.code, figure.label)


def test_what_one_may_not_see_is_not_led_to(busy, asked, weeks, now):
    def only_reports(permission):
        return permission is Permission.REPORT_VIEW

    for question in QUESTIONS:
        for figure in question.answer(asked(at=now, may=lambda _: False)).figures:
            assert not figure.url, (question.code, figure.label)
        for figure in question.answer(asked(at=now, may=only_reports)).figures:
            if figure.url:
                code = urlsplit(figure.url).path.split("/")[-2]
                assert report_of(code).all_needs == [], (question.code, figure.label)
