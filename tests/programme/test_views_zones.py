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

    @pytest.mark.parametrize(
        ("picks", "more", "words"),
        [
            ([], {}, "No zone is ticked"),
            (["0"], {"code-0": "two words"}, "is not a code"),
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
