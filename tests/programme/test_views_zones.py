"""The pages of the draft's zones: brought from files, drawn on the map, painted by the week."""

import json

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from parkops.programme.models import Draft
from tests.programme.imports.test_reading import PAID, collection, curb, feature, feed, square

IMPORT = "/office/program/draft/zones/import/"


@pytest.fixture
def office(site, alice):
    return site.login_as(alice)


@pytest.fixture
def draft(office) -> Draft:
    office.post(reverse("office_programme:draft_start"))
    return Draft.objects.get(state="open")


def upload(content, **more):
    raw = content if isinstance(content, bytes) else json.dumps(content).encode()
    return {"file": SimpleUploadedFile("zones.json", raw), **more}


def sent(response, picks, **more):
    """What the preview's form sends with these rows ticked."""
    proposals = response.context["proposals"]
    revision = response.context["draft"].revision
    return {"add": "1", "proposals": proposals, "revision": revision, "pick": picks, **more}


class TestImport:
    def test_without_a_draft_one_is_offered(self, office):
        answer = office.get(IMPORT)
        assert answer.status_code == 302
        assert answer.url == reverse("office_programme:draft")

    def test_reads_shows_and_adds_what_is_ticked(self, office, draft):
        told = collection(
            feature(name="New lot", code="NEW-1", capacity=12),
            feature(square(-122.7), name="Other", code="NEW-2"),
            feature({"type": "Circle"}, name="Round"),
        )
        shown = office.post(IMPORT, upload(told))
        assert shown.status_code == 200
        page = shown.content.decode()
        assert "2 new" in page
        assert "1 refused" in page
        assert "Circle" in page
        assert "Add 2 zones to the draft" in page
        added = office.post(IMPORT, sent(shown, ["0"], **{"code-0": "north-9", "kind-0": "garage"}))
        assert added.status_code == 302
        draft.refresh_from_db()
        zone = draft.document["zones"][-1]
        assert (zone["code"], zone["kind"], zone["name"]) == ("north-9", "garage", "New lot")
        assert zone["capacity"] == {"standard": 12}
        assert zone["geometry"]["type"] == "Polygon"
        assert "NEW-2" not in [zone["code"] for zone in draft.document["zones"]]

    def test_again_it_is_the_same_and_a_moved_one_is_changed(self, office, draft):
        told = collection(feature(name="New lot", code="NEW-1"))
        office.post(IMPORT, sent(office.post(IMPORT, upload(told)), ["0"]))
        again = office.post(IMPORT, upload(told))
        assert [item["row"].state for item in again.context["rows"]] == ["same"]
        assert not again.context["rows"][0]["is_ticked"]
        moved = collection(feature(square(-122.9), name="New lot", code="new-1"))
        changed = office.post(IMPORT, upload(moved)).context["rows"][0]["row"]
        assert (changed.state, changed.changes) == ("changed", ("shape",))

    def test_curbs_bring_their_rates_and_zones_share_them(self, office, draft):
        draft.document["calendars"] = {
            **draft.document.get("calendars", {}),
            "holidays": ["2026-12-25"],
        }
        draft.save()
        shown = office.post(IMPORT, upload(feed(curb(PAID), curb(PAID, start=80))))
        assert office.post(IMPORT, sent(shown, ["0", "1"])).status_code == 302
        draft.refresh_from_db()
        rate = draft.document["sessions"]["rates"][-1]
        assert rate["zones"] == ["36860E-R-4", "36860E-R-80"]
        assert (rate["per_hour"], rate["max"]) == ("2.00", "2h")
        assert office.get(reverse("office_programme:draft")).context["checked"].faults == ()

    def test_what_the_file_does_not_say_is_asked_for_new_zones(self, office, draft):
        told = collection(
            feature(name="New lot", code="NEW-1"),
            feature(name="Marked", code="NEW-2", days="Mon-Fri", hours="8-18", limit="2"),
            feature(name="North lot", code="LOT-A"),
        )
        shown = office.post(IMPORT, upload(told))
        more = {"within": "CAMPUS", "enforced": "mon-fri 7:00-17:30"}
        assert office.post(IMPORT, sent(shown, ["0", "1", "2"], **more)).status_code == 302
        draft.refresh_from_db()
        zones = {zone["code"]: zone for zone in draft.document["zones"]}
        assert (zones["NEW-1"]["within"], zones["NEW-1"]["enforced"]) == (
            "CAMPUS",
            "Mon-Fri 07:00-17:30",
        )
        assert (zones["NEW-2"]["within"], zones["NEW-2"]["enforced"]) == (
            "CAMPUS",
            "Mon-Fri 08:00-18:00",
        )
        assert zones["LOT-A"]["enforced"] == "Mon-Fri 07:00-17:30"

    @pytest.mark.parametrize(
        ("picks", "more", "words"),
        [
            ([], {}, "No zone is ticked"),
            (["0"], {"code-0": "two words"}, "is not a code"),
            (["0"], {"enforced": "at noon"}, "is not a window"),
            (["0", "1"], {"code-0": "X", "code-1": "x"}, "is there twice"),
        ],
    )
    def test_what_is_wrong_is_said_and_what_was_written_stays(
        self, office, draft, picks, more, words
    ):
        told = collection(feature(name="A"), feature(name="B"))
        shown = office.post(IMPORT, upload(told))
        answer = office.post(IMPORT, sent(shown, picks, **more))
        assert answer.status_code == 422
        page = answer.content.decode()
        assert words in page
        for code in more.values():
            assert f'value="{code}"' in page
        draft.refresh_from_db()
        assert draft.revision == 1

    @pytest.mark.parametrize("proposals", ["", "[1]", "{", '[{"place": 1}]', "null"])
    def test_what_was_read_and_changed_on_the_way_is_refused(self, office, draft, proposals):
        answer = office.post(IMPORT, {"add": "1", "proposals": proposals, "pick": ["0"]})
        assert answer.status_code == 422
        assert "Choose the file again" in answer.content.decode()

    @pytest.mark.parametrize("coordinates", [[[[1, 2]]], 7])
    def test_a_shape_changed_on_the_way_is_refused(self, office, draft, coordinates):
        shown = office.post(IMPORT, upload(collection(feature(name="A"))))
        told = json.loads(shown.context["proposals"])
        told[0]["geometry"] = {"type": "Polygon", "coordinates": coordinates}
        answer = office.post(IMPORT, sent(shown, ["0"]) | {"proposals": json.dumps(told)})
        assert answer.status_code == 422
        draft.refresh_from_db()
        assert draft.revision == 1

    def test_no_file_and_no_zones(self, office, draft):
        assert "Choose a file" in office.post(IMPORT, {}).content.decode()
        answer = office.post(IMPORT, upload(b"%PDF"))
        assert answer.status_code == 422
        assert "neither JSON nor KML" in answer.content.decode()

    def test_two_that_import_the_same_zone(self, office, draft):
        told = collection(feature(name="A"))
        first, second = office.post(IMPORT, upload(told)), office.post(IMPORT, upload(told))
        assert office.post(IMPORT, sent(first, ["0"], **{"kind-0": "garage"})).status_code == 302
        late = office.post(IMPORT, sent(second, ["0"]))
        assert late.status_code == 422
        assert "saved meanwhile" in late.content.decode()

    def test_a_clerk_may_not(self, site, bob):
        assert site.login_as(bob).get(IMPORT).status_code == 403


def address(name: str, code: str = "LOT-A") -> str:
    return reverse(f"office_programme:zone_{name}", args=[code])


def zone_in(draft: Draft, code: str = "LOT-A") -> dict:
    draft.refresh_from_db()
    return next(zone for zone in draft.document["zones"] if zone["code"] == code)


PAGES = ["place", "week", "permits", "violations", "days"]


class TestPages:
    @pytest.mark.parametrize("name", PAGES)
    def test_are_of_a_zone_in_a_draft(self, office, name):
        assert office.get(address(name)).url == reverse("office_programme:draft")
        office.post(reverse("office_programme:draft_start"))
        assert office.get(address(name)).status_code == 200
        assert office.get(address(name, "NOWHERE")).status_code == 404

    @pytest.mark.parametrize("name", PAGES)
    def test_are_not_a_clerk_s(self, site, bob, name):
        assert site.login_as(bob).get(address(name)).status_code == 403

    @pytest.mark.parametrize("name", PAGES)
    def test_stand_while_the_draft_is_unfinished(self, office, draft, name):
        draft.document["permit_types"][0]["grants"][0]["zones"] = ["NOWHERE"]
        draft.save()
        assert office.get(address(name)).status_code == 200

    def test_say_what_holds_there(self, office, draft):
        permits = office.get(address("permits")).content.decode()
        assert "EVENING" in permits
        assert "RESIDENT" not in permits
        assert "NO-PERMIT" in office.get(address("violations")).content.decode()
        draft.document["calendars"] = {"holidays": ["2199-12-25"]}
        draft.document["zones"][1]["enforced"] = {"days": "Mon-Fri", "except": ["holidays"]}
        draft.save()
        assert "not enforced" in office.get(address("days")).content.decode()


class TestPlace:
    def save(self, office, draft, shape, **more):
        draft.refresh_from_db()
        return office.post(address("place"), {"shape": shape, "revision": draft.revision, **more})

    def test_takes_corners_a_line(self, office, draft):
        lines = "45.0, -75.0\n45.001, -75.0\n45.001 -74.999"
        assert self.save(office, draft, lines, kind="Polygon").status_code == 302
        ring = zone_in(draft)["geometry"]["coordinates"][0]
        assert ring == [[-75.0, 45.0], [-75.0, 45.001], [-74.999, 45.001], [-75.0, 45.0]]

    def test_takes_a_feature_and_takes_it_off_again(self, office, draft):
        assert self.save(office, draft, json.dumps(feature())).status_code == 302
        assert zone_in(draft)["geometry"] == square()
        assert self.save(office, draft, "").status_code == 302
        assert "geometry" not in zone_in(draft)

    @pytest.mark.parametrize(
        ("shape", "words"),
        [
            ("45.0, -75.0\n45.001, -74.999\n45.001, -75.0\n45.0, -74.999", "crosses itself"),
            ("45.0, -75.0\nthere", "Line 2"),
            ("45.0, -75.0", "at least 3 corners"),
            ("{", "not GeoJSON"),
            ('{"type": "Polygon", "coordinates": []}', "not a list of positions"),
            ('{"features": [1, 2]}', "2 features"),
        ],
    )
    def test_refuses_in_words_and_keeps_what_was_written(self, office, draft, shape, words):
        before = zone_in(draft)
        answer = self.save(office, draft, shape, kind="Polygon")
        assert answer.status_code == 422
        assert words in answer.content.decode()
        assert answer.context["form"]["shape"].value() == shape
        assert zone_in(draft) == before

    def test_somebody_else_was_first(self, office, draft):
        self.save(office, draft, json.dumps(square(-75, 45)))
        late = office.post(address("place"), {"shape": json.dumps(square()), "revision": 1})
        assert late.status_code == 422
        assert "saved meanwhile" in late.content.decode()


class TestWeek:
    def paint(self, office, draft, code="LOT-A", **more):
        draft.refresh_from_db()
        told = {"days": ["5"], "begins": "9", "ends": "13:00", "kind": "permit", "was": ""}
        return office.post(address("week", code), told | {"revision": draft.revision} | more)

    def test_paints_by_a_plain_form(self, office, draft):
        assert self.paint(office, draft).status_code == 302
        assert zone_in(draft)["enforced"] == ["Mon-Fri 07:00-17:30", "Sat 09:00-13:00"]

    def test_a_night_belongs_to_the_day_it_begins_on(self, office, draft):
        self.paint(office, draft, days=["4"], begins="22:00", ends="6:00")
        assert "Fri 07:00-17:30,22:00-06:00" in zone_in(draft)["enforced"]

    def test_a_moved_span_leaves_where_it_was(self, office, draft):
        self.paint(office, draft)
        self.paint(office, draft, begins="10:00", was="5-540-780")
        assert zone_in(draft)["enforced"] == ["Mon-Fri 07:00-17:30", "Sat 10:00-13:00"]

    def test_a_new_rate(self, office, draft):
        answer = self.paint(office, draft, kind="new", per_hour="1.50", longest="2h")
        assert answer.status_code == 302
        draft.refresh_from_db()
        rate = draft.document["sessions"]["rates"][-1]
        assert rate == {
            "zones": ["LOT-A"],
            "per_hour": "1.50",
            "max": "2h",
            "when": "Sat 09:00-13:00",
        }

    @pytest.mark.parametrize(
        ("more", "words"),
        [
            ({"days": []}, "Tick at least one day"),
            ({"begins": "25:00"}, "from 00:00 to 24:00"),
            ({"begins": "24:00"}, "tick the next day"),
            ({"ends": "noon"}, "from 00:00 to 24:00"),
            ({"kind": "rate-9"}, "Select a valid choice"),
            ({"kind": "new"}, "Write the price of an hour"),
            ({"kind": "new", "per_hour": "two"}, "is not an amount"),
        ],
    )
    def test_says_what_would_be_right(self, office, draft, more, words):
        answer = self.paint(office, draft, **more)
        assert answer.status_code == 422
        assert words in answer.content.decode()
        draft.refresh_from_db()
        assert draft.revision == 1

    def test_days_off(self, office, draft):
        draft.document["calendars"] = {"holidays": ["2026-12-25"]}
        draft.save()
        told = {"days_off": "1", "calendar": ["holidays"], "revision": draft.revision}
        assert office.post(address("week"), told).status_code == 302
        assert zone_in(draft)["enforced"]["except"] == ["holidays"]

    def test_a_span_chosen_without_a_script_fills_the_form(self, office, draft):
        page = office.get(address("week") + "?span=0-420-1050")
        form = page.context["form"]
        assert (form["begins"].value(), form["ends"].value()) == ("07:00", "17:30")
        assert form["kind"].value() == "permit"
        assert office.get(address("week") + "?span=9-x").status_code == 200

    def test_what_a_stay_costs(self, office, draft):
        page = office.get(
            address("week", "METER"), {"try-from": "09:00", "try-to": "10:00", "try-day": "x"}
        )
        assert "What it costs" in page.content.decode()
        assert (
            "What it costs"
            in office.get(
                address("week", "METER") + "?costs=1", HTTP_HX_REQUEST="true"
            ).content.decode()
        )


class TestGrantWeek:
    PATH = "/office/program/draft/permit_types/EVENING/week/"

    def paint(self, office, draft, query="", **more):
        told = {"days": ["5"], "begins": "9", "ends": "13:00", "kind": "granted", "was": ""}
        return office.post(self.PATH + query, told | {"revision": draft.revision} | more)

    def when(self, draft):
        draft.refresh_from_db()
        kinds = {kind["code"]: kind for kind in draft.document["permit_types"]}
        return kinds["EVENING"]["grants"][0]["when"]

    def test_paints_hours_of_a_grant(self, office, draft):
        assert office.get(self.PATH).status_code == 200
        answer = self.paint(office, draft)
        assert answer.status_code == 302
        assert self.when(draft) == ["Mon-Fri 16:30-24:00", "Sat 09:00-13:00"]
        assert "Saturday 09:00 to 13:00" in office.get(answer.url).content.decode()

    def test_says_what_would_be_right(self, office, draft):
        days = [str(day) for day in range(7)]
        all_week = {"days": days, "begins": "0", "ends": "24:00", "kind": "free"}
        answer = self.paint(office, draft, **all_week)
        assert answer.status_code == 422
        assert "never hold" in answer.content.decode()
        assert self.paint(office, draft, kind="new", per_hour="1.00").status_code == 422

    def test_is_of_a_grant_that_is_there(self, office, draft):
        assert office.get(self.PATH + "?grant=9").status_code == 404
        assert office.get(self.PATH.replace("EVENING", "NONE")).status_code == 404
        assert office.get(self.PATH + "?grant=x").status_code == 200
