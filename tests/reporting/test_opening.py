"""A tenant's open figures: shut until opened, without plates or small numbers, for anybody and any site."""

import csv
import io
from datetime import UTC, datetime, timedelta
from random import Random

import pytest
import time_machine
from django.db import connection

from enforcement.models import Citation
from parkops.kernel.actors import SYSTEM
from parkops.kernel.decisions import Refused
from parkops.local.demo import figures
from parkops.local.demo.scene import Cast, Scene
from parkops.programme import occupancy
from parkops.programme import queries as programme
from permits.models import ParkingSession
from permits.operations import stays
from permits.rules.plates import read_plates
from reporting import tasks
from reporting.insights.values import Asked, rows_of
from reporting.models import OpenFigures, Opening
from reporting.opendata import SETS
from reporting.opendata.rows import rows_of_all
from reporting.operations import opening
from reporting.queries import opening as queries
from reporting.views import open_figures as views
from tests.reporting.conftest import a_fresh_minute

OFFICE = "/office/reports/open-figures/"
PUBLIC = ("/open-data/", "/open-data/permits-by-type/", "/embed/spaces/", "/apds/places")
ALL = {"opens_data": True, "opens_spaces": True, "license_code": "CC0-1.0", "framed_by": []}


@pytest.fixture
def opened(harbor, now):
    """Open everything and work it out: `opened(framed_by=[…])`."""

    def do(*, at=now, **more) -> Opening:
        found = opening.change_opening(**{**ALL, **more}, by=SYSTEM, at=at)
        opening.refresh_open_figures(at=at)
        return found

    return do


@pytest.fixture
def full(monkeypatch):
    """Let zones be as full as is said: `full(LOT_A=…)` with (occupied, low, high)."""

    def say(**zones):
        told = {
            name.replace("_", "-").lower(): occupancy.Estimate(*known, ("Counted.",))
            for name, known in zones.items()
        }
        keyed = {
            key: one
            for zone in programme.in_force(_now).programme.zones
            for key, one in told.items()
            if zone.code.lower() == key
        }
        from parkops.kernel.codes import code_key

        found = {code_key(key): one for key, one in keyed.items()}
        monkeypatch.setattr(occupancy, "estimated", lambda at: found)

    from django.utils import timezone

    _now = timezone.now()
    return say


@pytest.fixture(autouse=True)
def patient(monkeypatch):
    """Tests ask faster than people do."""
    monkeypatch.setattr(views, "ASKS_A_MINUTE", 10_000)


class TestClosed:
    @pytest.mark.parametrize("path", PUBLIC)
    def test_nothing_is_there_until_it_is_opened(self, site, path):
        assert site.get(path).status_code == 404

    @pytest.mark.parametrize("path", PUBLIC)
    def test_nor_after_it_is_closed_again(self, site, opened, path):
        opened()
        assert site.get(path).status_code == 200
        opened(opens_data=False, opens_spaces=False)
        assert site.get(path).status_code == 404
        assert not OpenFigures.objects.exists()

    @pytest.mark.parametrize("path", PUBLIC)
    def test_one_tenants_are_not_anothers(self, other_site, opened, path):
        opened()
        assert other_site.get(path).status_code == 404

    def test_nothing_is_worked_out_of_what_is_closed(self, harbor, now):
        assert opening.refresh_open_figures(at=now) == 0
        opened = {**ALL, "opens_data": False}
        opening.change_opening(**opened, by=SYSTEM, at=now)
        assert opening.refresh_open_figures(at=now) == 0


class TestOffice:
    ASKED = {"opens_data": "on", "license": "CC-BY-4.0", "opens_spaces": "on"}

    def test_an_administrator_opens_them(self, site, alice, queued):
        site.login_as(alice)
        assert "Closed" in site.get(OFFICE).content.decode()
        sites = "https://www.town.example/\n\nhttps://WWW.town.example\nhttp://127.0.0.1:8080"
        assert site.post(OFFICE, {**self.ASKED, "framed_by": sites}).status_code == 302
        found = Opening.objects.get()
        assert found.framed_by == ["https://www.town.example", "http://127.0.0.1:8080"]
        assert queued()[-1][0] == "reporting.refresh_open_figures"
        assert "&lt;iframe src=" in site.get(OFFICE).content.decode()

    @pytest.mark.parametrize(
        "line",
        ["town.example", "https://", "javascript:alert(1)", "https://a.example/x", "https://a b"]
        + ["https://a.example; script-src *", "https://[", "https://u@a.example"],
    )
    def test_what_is_no_site_is_refused_in_words(self, site, alice, line):
        answer = site.login_as(alice).post(OFFICE, {**self.ASKED, "framed_by": line})
        assert answer.status_code == 422
        assert "such as https://www.town.example" in answer.content.decode()
        assert not Opening.objects.exists()

    def test_only_who_edits_the_program_does(self, site, amos, otto):
        for person in (amos, otto):
            assert site.login_as(person).get(OFFICE).status_code == 403

    def test_a_license_that_is_none_is_refused(self, harbor, now):
        with pytest.raises(Refused, match="one of the licenses"):
            opening.change_opening(**{**ALL, "license_code": "mine"}, by=SYSTEM, at=now)


class TestOpenData:
    @pytest.fixture
    def month_after(self, cite, now, opened):
        """Twelve citations of one violation and three of another in November, seen in December."""
        for n in range(12):
            cite(f"NOP{n}", "NO-PERMIT")
        for n in range(3):
            cite(f"FIR{n}", "FIRE-LANE")
        after = now + timedelta(days=30)
        opened(at=after)
        return after

    def test_small_numbers_and_what_tells_them_are_left_out(self, site, month_after):
        answer = site.get("/open-data/citations-by-violation.csv")
        rows = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))
        november = {row["violation"]: row for row in rows if row["month"] == "2026-11"}
        assert november["FIRE-LANE"]["citations"] == ""
        assert november["FIRE-LANE"]["note"] == "fewer than 5"
        assert november["NO-PERMIT"]["citations"] == ""
        assert november["NO-PERMIT"]["note"] == "not shown"

    def test_a_place_that_is_no_zone_of_the_program_is_not_named(
        self, harbor, cite, now, opened, site
    ):
        for n in range(6):
            cite(f"NOP{n}", "NO-PERMIT")
        Citation.objects.update(zone_code="BY ANN SMITH'S DOOR")
        opened(at=now + timedelta(days=30))
        told = site.get("/open-data/citations-by-zone.json").json()["rows"]
        november = [row for row in told if row["month"] == "2026-11"]
        assert [(row["zone"], row["citations"]) for row in november] == [("", 6)]

    def test_every_format_says_the_same(self, site, month_after):
        told = site.get("/open-data/citations-by-zone.json").json()
        rows = list(
            csv.DictReader(
                io.StringIO(
                    site.get("/open-data/citations-by-zone.csv").content.decode("utf-8-sig")
                )
            )
        )
        assert len(told["rows"]) == len(rows) > 0
        for one, other in zip(told["rows"], rows, strict=True):
            blanked = {key: "" if value is None else str(value) for key, value in one.items()}
            assert blanked == other
        assert told["license"] == "CC0-1.0"
        assert told["until"] == "2026-11-30"
        assert [column["key"] for column in told["columns"]] == list(rows[0])
        shown = site.get("/open-data/citations-by-zone/").content.decode()
        assert ">Nov 2026</time>" in shown
        assert ">2026-11<" not in shown

    def test_a_long_set_is_read_page_by_page(self, site, month_after, monkeypatch):
        monkeypatch.setattr(views, "PER_PAGE", 1)
        path = "/open-data/citations-by-violation/"
        count = len(site.get(f"{path[:-1]}.json").json()["rows"])
        assert count > 1
        pages = [site.get(path, {"page": n}) for n in range(1, count + 1)]
        rows = [tuple(cell for cell, _ in row) for page in pages for row in page.context["rows"]]
        assert len(set(rows)) == count
        assert f'rel="next" href="?page={2}"' in pages[0].content.decode()
        assert 'rel="next"' not in pages[-1].content.decode()

    def test_the_running_month_is_not_in_it(self, site, cite, opened, now):
        for n in range(12):
            cite(f"NOP{n}", "NO-PERMIT")
        opened()
        assert "2026-11" not in site.get("/open-data/citations-by-violation.csv").content.decode()

    def test_no_plate_name_or_number_is_in_any_of_it(self, site, busy, opened, now):
        opened(at=now + timedelta(days=30))
        for code, about in SETS.items():
            for ending in ("/", ".csv", ".json"):
                answer = site.get(f"/open-data/{code}{ending}")
                assert answer.status_code == 200, (code, ending)
                text = answer.content.decode().upper()
                for told in ("ANA", "BAD 1", "BAD1", "BEN 1", "BOB", "HYPERLINK"):
                    assert f">{told}" not in text
                    assert f'"{told}' not in text
            assert {"plate", "officer", "number"}.isdisjoint(one.key for one in about.columns)

    def test_anybodys_page_and_cache_may_have_the_files(self, site, opened):
        opened()
        for ending in (".csv", ".json"):
            answer = site.get(f"/open-data/permits-by-type{ending}")
            assert answer["Access-Control-Allow-Origin"] == "*"
            assert answer["Cache-Control"].startswith("public")
            assert "Set-Cookie" not in answer.headers

    def test_a_page_reads_what_was_worked_out_and_counts_nothing(self, site, opened, monkeypatch):
        opened()
        monkeypatch.setattr("reporting.sql.rows", lambda *_a, **_n: pytest.fail("it counts"))
        assert site.get("/open-data/vehicles-by-hour/").status_code == 200

    def test_an_unknown_set_is_not_there(self, site, opened):
        opened()
        assert site.get("/open-data/plates/").status_code == 404

    def test_too_many_asks_are_refused(self, site, opened, monkeypatch):
        opened()
        monkeypatch.setattr(views, "ASKS_A_MINUTE", 2)
        with time_machine.travel(datetime(2031, 1, 1, tzinfo=UTC), tick=False), a_fresh_minute():
            found = [site.get("/open-data/permits-by-type.json").status_code for _ in range(3)]
        assert found == [200, 200, 422]

    def test_the_task_works_it_out(self, opened, now, harbor):
        opened()
        OpenFigures.objects.all().delete()
        with time_machine.travel(now, tick=False):
            tasks.refresh_open_figures(schema=harbor.schema_name)
            connection.set_tenant(harbor)
        assert OpenFigures.objects.count() == len(SETS)


class TestSpaces:
    def test_free_is_what_is_not_taken_with_its_range(self, site, opened, full):
        opened()
        full(LOT_A=(100, 95, 104), LOT_B=(7, 7, None))
        found = {zone.code: zone for zone in queries.free_spaces(_now()).zones}
        total = found["LOT-A"].spaces
        assert (found["LOT-A"].free, found["LOT-A"].least, found["LOT-A"].most) == (
            max(total - 100, 0),
            max(total - 104, 0),
            total - 95 if total > 95 else 0,
        )
        assert found["LOT-B"].free is None
        assert found["LOT-B"].most == found["LOT-B"].spaces - 7
        others = [zone for code, zone in found.items() if code not in ("LOT-A", "LOT-B")]
        assert all(zone.most is None for zone in others)

    def test_other_sites_frame_it_and_nothing_else(self, site, opened):
        opened()
        answer = site.get("/embed/spaces/")
        assert "frame-ancestors *" in answer["Content-Security-Policy"]
        assert "X-Frame-Options" not in answer.headers
        for path in ("/", "/open-data/"):
            other = site.get(path)
            assert "frame-ancestors 'none'" in other["Content-Security-Policy"]
            assert other["X-Frame-Options"] == "DENY"

    def test_only_the_sites_that_were_named_do(self, site, opened):
        opened(framed_by=["https://www.town.example"])
        policy = site.get("/embed/spaces/")["Content-Security-Policy"]
        assert "frame-ancestors https://www.town.example" in policy
        assert "script-src 'self'" in policy

    def test_it_sets_no_cookie_and_asks_for_no_token(self, site, opened):
        opened()
        answer = site.get("/embed/spaces/")
        assert not answer.cookies
        assert "csrf" not in answer.content.decode().lower()

    def test_the_look_serves_everybody_for_half_a_minute(self, opened, full, monkeypatch):
        opened()
        full(LOT_A=(1, 1, 1))
        first = queries.free_spaces(_now())
        monkeypatch.setattr(occupancy, "estimated", lambda at: pytest.fail("it looks again"))
        assert queries.free_spaces(_now()).at == first.at

    def test_apds_has_supply_and_demand_of_each_zone(self, site, opened, full):
        opened()
        full(LOT_A=(10, 8, 12), LOT_B=(7, 7, None))
        answer = site.get("/apds/places")
        told = answer.json()
        assert answer["Access-Control-Allow-Origin"] == "*"
        places = {one["id"]: one for one in told["data"]}
        assert told["meta"]["total"] == len(places)
        for code, how, count in (("LOT-A", "counted", 10), ("LOT-B", "derived", 7)):
            place = places[code]
            reference = place["hierarchyElementReference"]
            assert place["type"] == "parkingPlace"
            assert place["name"][0]["language"] == "en"
            assert place["version"] >= 1
            supply = reference["supply"][0]
            assert supply["supplyQuantity"] > 0
            (demand,) = reference["demandTable"][0]["demandType"]
            assert (demand["occupancyCalculation"], demand["count"]) == (how, count)
            assert 0 <= demand["percentage"] <= 100
            assert demand["recordDateTime"].endswith("Z")
        unknown = [one for code, one in places.items() if code not in ("LOT-A", "LOT-B")]
        assert all("demandTable" not in one["hierarchyElementReference"] for one in unknown)


def _now():
    from django.utils import timezone

    return timezone.now()


def test_the_towns_demonstration_opens_its_figures(harbor, now):
    scene = Scene(Cast("town", {}, []), Random(1), [], until=now)
    for at, act in figures.acts(scene):
        act(at)
    assert Opening.objects.get().opens_spaces
    assert OpenFigures.objects.count() == len(SETS)


class TestVehiclesByHour:
    def test_is_the_heat_map_of_the_office(self, harbor, now):
        monday = now - timedelta(days=now.weekday() + 7)
        for n in range(6):
            (plate,) = read_plates([f"PAID {n}"])
            stays.start_stay(plate=plate, zone_code="METER", minutes=30, by=SYSTEM, at=monday)
        rules = programme.in_force(now).programme
        first = (monday - timedelta(days=20)).astimezone(rules.tz).date()
        asked = Asked(first, first + timedelta(days=27), "", rules, now, lambda _one: True)
        (of_office,) = rows_of(asked.dataset("occupancy-seen"))
        (opened,) = rows_of_all(now)[1]["vehicles-by-hour"]
        assert opened["vehicles"] == of_office["each"] == of_office["plates"] == 6
        assert (opened["zone"], opened["weekday"]) == ("METER", 1)

    def test_an_hour_of_few_vehicles_does_not_tell_on_how_many_days_they_came(self, harbor, now):
        at = now - timedelta(weeks=1)
        (plate,) = read_plates(["NEIGHBOR"])
        stays.start_stay(plate=plate, zone_code="METER", minutes=30, by=SYSTEM, at=at)
        (row,) = rows_of_all(now)[1]["vehicles-by-hour"]
        assert (row["days"], row["vehicles"], row["note"]) == (None, None, "not shown")

    def test_a_place_that_is_no_zone_is_left_out(self, harbor, now):
        at = now - timedelta(weeks=1)
        for n in range(6):
            (plate,) = read_plates([f"PAID {n}"])
            stays.start_stay(plate=plate, zone_code="METER", minutes=30, by=SYSTEM, at=at)
        ParkingSession.objects.update(zone_code="BY ANN SMITH'S DOOR")
        assert rows_of_all(now)[1]["vehicles-by-hour"] == []
