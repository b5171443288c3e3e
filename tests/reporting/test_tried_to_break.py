"""What somebody tries who wants to break reporting: text that cannot be kept, acts at once, small numbers."""

import json
from datetime import timedelta

import pytest

from enforcement.models import PlateCheck
from enforcement.operations import checks
from enforcement.queries.checks import Look
from parkops.kernel.actors import SYSTEM
from parkops.programme import queries as programme
from reporting.catalogue import REPORTS
from reporting.models import Question
from reporting.opendata.rows import rows_of_all
from reporting.questions.answers import answer
from reporting.questions.drawings import drawn, on_paper
from reporting.questions.published import VIEWS
from reporting.questions.rules import MEASURES, measurable, read

LIST = "/office/questions/"


@pytest.mark.parametrize("value", ["\x00", "\ud800", "x" * 2_000_000])
class TestTextThatNothingKeeps:
    """JSON hides what forms leave out: NUL and halves of letters."""

    def document(self, value):
        told = {"column": "zone", "is": "empty", "value": value}
        return json.dumps({"view": "citations", "columns": ["citation"], "filters": [told]})

    def test_in_a_question_that_is_kept(self, site, alice, value):
        site.login_as(alice)
        sent = site.post(f"{LIST}new/", {"document": self.document(value), "name": "Zones"})
        assert sent.status_code in (302, 422)
        assert len(json.dumps([one.document for one in Question.objects.all()])) < 10_000

    def test_in_a_file_that_is_asked_for(self, site, alice, value):
        site.login_as(alice)
        sent = {"document": self.document(value), "name": "Zones", "format": "csv"}
        assert site.post(f"{LIST}files/", sent).status_code in (302, 422)


class TestAddresses:
    @pytest.mark.parametrize(
        "path",
        [
            "/office/reports/citations/?preview=1&violation=%00&period=%00",
            "/office/reports/citations/?preview=1&by=%00",
            "/office/reports/officer-activity/?preview=1&officer=%00",
            "/office/insights/occupancy/?zone=%00",
            "/office/present/?zone=%00",
            "/office/reports/runs/?report=%00&state=%00",
            "/office/desks/desk/arrangement/?act=%00&piece=%00",
            "/office/wall/?v=%00",
        ],
    )
    def test_nul_breaks_no_page(self, site, alice, path):
        site.login_as(alice)
        for headers in ({}, {"hx-request": "true"}):
            assert site.get(path, headers=headers).status_code in (200, 400, 404)

    def test_every_report_takes_nul_for_an_answer_of_words(self, site, alice):
        site.login_as(alice)
        for report in REPORTS.values():
            for parameter in report.parameters:
                sent = f"?preview=1&{parameter.key}=a%00b"
                page = f"/office/reports/{report.code}/{sent}"
                assert site.get(page, headers={"hx-request": "true"}).status_code == 200, page

    def test_nul_is_no_zone_of_counts(self, site, token):
        headers = token("enforcement:read")
        told = site.get("/api/v1/occupancy-counts?zone=%00", headers=headers)
        assert told.status_code in (200, 400, 422)

    def test_a_question_asked_over_the_api(self, site, token):
        headers = token("reports:read", "enforcement:read", "customers:read")
        for question in ("", "[]", "\x00", "{" * 50_000, json.dumps({"view": "citations", "x": 1})):
            sent = {
                "report": "question-citations",
                "parameters": {"question": question, "name": "n"},
                "format": "csv",
            }
            told = site.post(
                "/api/v1/report-runs", sent, content_type="application/json", headers=headers
            )
            assert told.status_code in (202, 422), question[:9]

    def test_every_question_report_has_a_scope(self, site, token):
        headers = token("reports:read")
        for view in VIEWS:
            for code in (f"question-{view.code}", f"question-{view.code}-personal"):
                sent = {"report": code, "parameters": {"question": "{}"}, "format": "csv"}
                told = site.post(
                    "/api/v1/report-runs", sent, content_type="application/json", headers=headers
                )
                assert told.status_code in (202, 403, 422), code

    def test_a_name_of_ten_thousand_letters(self, site, alice):
        site.login_as(alice)
        document = json.dumps({"view": "citations", "columns": ["citation"]})
        sent = {"document": document, "name": "n" * 10_000, "format": "pdf"}
        assert site.post(f"{LIST}files/", sent).status_code == 422
        sent = {"document": document, "name": "n" * 10_000}
        assert site.post(f"{LIST}new/", sent).status_code == 422


class TestVehiclesByHour:
    """In open data nobody's habit is found: a car that stands there every week is one vehicle."""

    def seen(self, plate, at, zone="LOT-B"):
        checks.check_plate(Look(plate, "", zone, at), source="field", by=SYSTEM, at=at)

    def rows(self, now):
        return rows_of_all(now)[1]["vehicles-by-hour"]

    def test_one_car_of_many_weeks_is_not_shown(self, harbor, now):
        for week in range(2, 10):
            self.seen("LONE 1", now - timedelta(weeks=week))
        assert [(row["days"], row["vehicles"]) for row in self.rows(now)] == [(None, None)]

    def test_five_cars_are_however_seldom_they_come(self, harbor, now):
        for week in range(2, 7):
            for again in range(2):
                self.seen(f"CAR {week}", now - timedelta(weeks=week, minutes=again))
        assert [(row["days"], row["vehicles"]) for row in self.rows(now)] == [(5, 1)]

    def test_plates_that_are_forgotten_are_no_vehicle(self, harbor, now, make):
        for n in range(6):
            self.seen(f"CAR {n}", now - timedelta(weeks=1))
        PlateCheck.objects.update(plate_key="", plate_text="", region="", answer={})
        assert self.rows(now) == []
        file = make("vehicles-seen", "csv", from_="2026-10-01", to="2026-11-30")
        assert b"LOT-B" not in file


class TestQuestionsThatNobodyDraws:
    @pytest.mark.parametrize("of", ["issued_at", "issued_on"])
    def test_the_last_day_of_each_zone_has_no_bar(self, site, alice, cite, make, of):
        cite("ABC 123")
        document = {
            "view": "citations",
            "groups": [{"column": "zone"}],
            "measures": [{"how": "most", "column": of}],
        }
        site.login_as(alice)
        for chart in ("bars", "line", "shares"):
            asked = f"view=citations&g0=zone&m0=most&m0of={of}&chart={chart}"
            assert "LOT-B" in site.get(f"{LIST}new/?{asked}").content.decode()
        asked = f"view=citations&g0=zone&g1=status&m0=least&m0of={of}&chart=heat"
        assert site.get(f"{LIST}new/?{asked}").status_code == 200
        told = json.dumps(document | {"chart": "bars"})
        for form in ("pdf", "xlsx", "json", "csv"):
            assert make("question-citations", form, question=told, name="Last")

    def test_every_kind_of_column_is_measured_grouped_and_drawn(self, busy):
        """Whatever is chosen from the lists, there is an answer, and bars or a word why there are none."""
        rules_now = programme.in_force(busy).programme
        for view in VIEWS:
            for column in {one.kind: one for one in view.columns}.values():
                for how in MEASURES:
                    if how == "count" or not measurable(how, column):
                        continue
                    document = {
                        "view": view.code,
                        "groups": [{"column": column.name}],
                        "measures": [{"how": how, "column": column.name}],
                        "chart": "bars",
                    }
                    asked = read(document, currency=rules_now.currency)
                    found = answer(asked, rules_now, at=busy)
                    shown = drawn(found)
                    assert bool(found.dataset.rows) == bool(shown.chart or shown.told), document
                    on_paper(found)


class TestCountsOverTheApi:
    @pytest.mark.parametrize(
        "count",
        [
            {"at": "0001-01-01T00:00:00+14:00"},
            {"at": "9999-12-31T23:59:59-14:00"},
            {"at": "2026-11-01T01:30:00"},
            {"occupied": 10**40},
            {"occupied": -1},
            {"capacity": 10**40},
            {"capacity": -(10**20)},
            {"occupied": 1.5},
            {"zone": "LOT-A\u202e"},
            {"zone": "Z" * 10_000},
        ],
    )
    def test_what_no_counter_says_is_told_at_its_field(self, site, token, count):
        told = site.post(
            "/api/v1/occupancy-counts",
            {"counts": [{"zone": "LOT-A", "occupied": 1, **count}]},
            content_type="application/json",
            headers=token("enforcement:write"),
        )
        assert told.status_code in (200, 422), told.content
        if told.status_code == 200:
            assert told.json()["taken"] == 0 or "1" in count.get("at", "")

    @pytest.mark.parametrize("at", ["0001-01-01T00:00:00%2B14:00", "9999-12-31T23:59:59-14:00"])
    def test_counts_are_listed_since_any_instant(self, site, token, at):
        for side in ("from", "to"):
            told = site.get(
                f"/api/v1/occupancy-counts?{side}={at}", headers=token("enforcement:read")
            )
            assert told.status_code in (200, 422)
