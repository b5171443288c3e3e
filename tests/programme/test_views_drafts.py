"""The pages of the draft: every editor opened and saved, faults, conflicts, publication."""

import re
from datetime import UTC, datetime
from html import unescape

import pytest
from django.urls import reverse

from parkops.kernel.actors import Actor
from parkops.programme import load, operations, parts, queries
from parkops.programme.models import Draft, Version

CAROL = Actor("staff", "2", "Carol Other")
WROTE = datetime(2026, 11, 10, 15, 20, tzinfo=UTC)


@pytest.fixture
def office(site, alice):
    return site.login_as(alice)


@pytest.fixture
def draft(office) -> Draft:
    office.post(reverse("office_programme:draft_start"))
    return Draft.objects.get(state="open")


def fields(html: str) -> dict[str, list[str]]:
    """What a browser would send of the editor's form."""
    form = re.search(r'<form method="post" id="editor".*?</form>', html, re.DOTALL)[0]
    sent: dict[str, list[str]] = {}

    def send(name: str, value: str) -> None:
        sent.setdefault(name, []).append(unescape(value))

    for tag in re.findall(r"<input[^>]*>", form):
        told = dict(re.findall(r'([\w-]+)="([^"]*)"', tag))
        if "name" not in told:
            continue
        is_box = told.get("type") in ("checkbox", "radio")
        if not is_box or re.search(r"\schecked", tag):
            send(told["name"], told.get("value", "on" if is_box else ""))
    for name, inner in re.findall(r'<select[^>]*name="([^"]*)".*?>(.*?)</select>', form, re.DOTALL):
        options = re.findall(r'<option value="([^"]*)"( selected)?', inner)
        send(name, next((value for value, chosen in options if chosen), options[0][0]))
    for name, text in re.findall(
        r'<textarea[^>]*?name="([^"]*)"[^>]*>(.*?)</textarea>', form, re.DOTALL
    ):
        send(name, text.strip("\r\n"))
    return sent


def addresses_of(document):
    for part in (*parts.LISTS, *parts.MAPPINGS):
        for code in parts.codes_of(document, part):
            yield reverse("office_programme:draft_thing", args=[part, code])
    for part in parts.VALUES:
        yield reverse("office_programme:draft_value", args=[part])


class TestEveryEditor:
    def test_opened_and_saved_changes_nothing(self, office, draft):
        """The form that a browser shows, sent back: the digest stays, and no revision is made."""
        before = load.digest(draft.document)
        for path in addresses_of(draft.document):
            page = office.get(path)
            assert page.status_code == 200, path
            answer = office.post(path, fields(page.content.decode()) | {"save": "1"})
            assert answer.status_code == 302, path
        draft.refresh_from_db()
        assert load.digest(draft.document) == before
        assert draft.revision == 1

    def test_a_change_goes_through_publication_and_back_as_a_file(self, office, draft):
        path = reverse("office_programme:draft_thing", args=["permit_types", "MONTH"])
        sent = fields(office.get(path).content.decode())
        sent |= {"v-price-base": ["55.00"], "save": ["1"]}
        assert office.post(path, sent).status_code == 302
        office.post(reverse("office_programme:draft_publish"), {"revision": 2})
        kind = queries.version(2).programme.permit_type("MONTH")
        assert kind.price.base.minor == 5500
        shown = load.load(load.to_yaml(queries.document(2)))
        assert shown.digest == Version.objects.get(number=2).digest


class TestAnEditor:
    PATH = "/office/program/draft/violations/NO-PERMIT/"

    def sent(self, office, **changes: str) -> dict[str, list[str]]:
        sent = fields(office.get(self.PATH).content.decode())
        return sent | {key.replace("__", "-"): [text] for key, text in changes.items()}

    def test_what_is_wrong_stands_at_its_field_with_what_was_typed(self, office, draft):
        answer = office.post(self.PATH, self.sent(office, v__fine="forty", save="1"))
        text = answer.content.decode()
        assert answer.status_code == 422
        assert 'value="forty"' in text
        assert "&#x27;forty&#x27; is not an amount" in text

    def test_a_row_is_added_without_saving(self, office, draft):
        answer = office.post(self.PATH, self.sent(office) | {"add-row": "v-schedule"})
        assert answer.status_code == 200
        (made,) = re.findall(
            r'<input[^>]*name="v-schedule-4-within"[^>]*>', answer.content.decode()
        )
        assert "autofocus" in made
        draft.refresh_from_db()
        assert draft.revision == 1

    def test_somebody_saved_it_meanwhile(self, office, draft):
        sent = self.sent(office, v__fine="41.00", save="1")
        theirs = parts.find(draft.document, "violations", "NO-PERMIT") | {"fine": "42.00"}
        operations.change_draft(
            draft.pk,
            part="violations",
            code="NO-PERMIT",
            value=theirs,
            revision=1,
            by=CAROL,
            at=WROTE,
        )
        answer = office.post(self.PATH, sent)
        text = answer.content.decode()
        assert answer.status_code == 409
        assert "saved meanwhile by Carol Other" in text
        assert 'value="41.00"' in text
        beside = re.search(r"What differs</caption>.*?</table>", text, re.DOTALL)[0]
        assert re.findall(r"<td>(theirs|yours)</td><td>[^<]*?(\$4\d\.00)", beside) == [
            ("theirs", "$42.00"),
            ("yours", "$41.00"),
        ]
        office.post(self.PATH, fields(text) | {"save": "1"})
        draft.refresh_from_db()
        assert parts.find(draft.document, "violations", "NO-PERMIT")["fine"] == "41.00"

    def test_what_stands_beside_follows_what_is_typed(self, office, draft):
        answer = office.post(
            f"{self.PATH}?try=1", self.sent(office, v__fine="41.00"), headers={"HX-Request": "true"}
        )
        text = answer.content.decode()
        assert text.lstrip().startswith("<section")
        assert text.count("<div") == text.count("</div>")
        assert "$41.00" in text
        assert "<form" not in text
        assert "What is owed on which day" in text

    @pytest.mark.parametrize(
        "path",
        [
            "/office/program/draft/violations/NOTHING/",
            "/office/program/draft/nothing/X/",
            "/office/program/draft/nothing/",
            "/office/program/draft/zones/",
            "/office/program/draft/add/fees/",
            "/office/program/draft/lists/fees/",
        ],
    )
    def test_what_is_not_there(self, office, draft, path):
        assert office.get(path).status_code == 404


class TestThings:
    def test_a_zone_is_added_and_retired(self, office, draft):
        zone = {
            "v-code": "NEW-1",
            "v-name": "New lot",
            "v-kind": "lot",
            "v-enforced-mode": "always",
        }
        path = reverse("office_programme:draft_add", args=["zones"])
        assert office.post(path, zone | {"revision": 1, "save": "1"}).status_code == 302
        assert "NEW-1" in office.get("/office/program/draft/lists/zones/").content.decode()
        office.post(reverse("office_programme:draft_retire", args=["zones", "NEW-1"]))
        draft.refresh_from_db()
        assert parts.find(draft.document, "zones", "NEW-1") is None

    def test_every_editor_opens_while_things_that_are_named_are_missing(self, office, draft):
        for part, code in [
            ("zones", "CAMPUS"), ("zones", "METER"), ("audiences", "STAFF"), ("calendars", "holidays")
        ]:  # fmt: skip
            office.post(reverse("office_programme:draft_retire", args=[part, code]))
        draft.refresh_from_db()
        for path in [*addresses_of(draft.document), "/office/program/draft/publish/"]:
            page = office.get(path)
            assert page.status_code == 200, path
            if "/zones/LOT-A/" in path:
                assert "CAMPUS (not there)" in page.content.decode()

    def test_what_was_retired_is_put_back(self, office, draft):
        office.post(reverse("office_programme:draft_retire", args=["zones", "LOT-B"]))
        page = office.get("/office/program/draft/lists/zones/").content.decode()
        assert "Put back LOT-B" in page
        office.post(reverse("office_programme:draft_restore", args=["zones", "LOT-B"]))
        draft.refresh_from_db()
        before = queries.document(1)
        assert parts.find(draft.document, "zones", "LOT-B") == parts.find(before, "zones", "LOT-B")
        path = reverse("office_programme:draft_restore", args=["zones", "NOWHERE"])
        assert office.post(path).status_code == 404

    def test_one_is_begun_like_another(self, office, draft):
        path = reverse("office_programme:draft_add", args=["permit_types"])
        sent = fields(office.get(f"{path}?like=MONTH").content.decode())
        assert sent["v-code"] == [""]
        sent |= {"v-code": ["MONTH-2"], "save": ["1"]}
        assert office.post(path, sent).status_code == 302
        draft.refresh_from_db()
        made = parts.find(draft.document, "permit_types", "MONTH-2")
        model = parts.find(draft.document, "permit_types", "MONTH")
        assert made["price"]["base"] == model["price"]["base"]

    def test_a_calendar_is_added_with_its_days_drawn(self, office, draft):
        sent = {"code": "exams", "v-rows": "1", "v-0-from": "2026-12-07", "v-0-to": "2026-12-18"}
        path = reverse("office_programme:draft_add", args=["calendars"])
        assert "December 2026" in office.post(path, sent).content.decode()
        assert office.post(path, sent | {"revision": 1, "save": "1"}).status_code == 302
        draft.refresh_from_db()
        assert draft.document["calendars"]["exams"] == [{"from": "2026-12-07", "to": "2026-12-18"}]

    def test_what_leaves_something_dangling_is_found_and_stops_publication(self, office, draft):
        office.post(reverse("office_programme:draft_retire", args=["zones", "LOT-B"]))
        overview = office.get(reverse("office_programme:draft")).content.decode()
        assert "There is no zone LOT-B" in overview or "there is no zone LOT-B" in overview
        page = office.get(reverse("office_programme:draft_publish")).content.decode()
        assert "must be fixed before publishing" in page
        answer = office.post(reverse("office_programme:draft_publish"), {"revision": 2})
        assert answer.status_code == 422
        assert Version.objects.count() == 1

    def test_a_finding_is_meant_and_looked_at_again(self, office, draft):
        kind = parts.find(draft.document, "permit_types", "MONTH")
        faulty = kind | {"price": kind["price"] | {"floor": "999.00"}}
        operations.change_draft(
            draft.pk,
            part="permit_types",
            code="MONTH",
            value=faulty,
            revision=1,
            by=CAROL,
            at=WROTE,
        )
        url, here = reverse("office_programme:draft_mean"), reverse("office_programme:draft")
        text = re.search(
            r'name="text" value="(Its floor[^"]*)"', office.get(here).content.decode()
        )[1]
        named = {"part": "permit_types", "code": "MONTH", "text": unescape(text)}
        assert office.post(url, {**named, "reason": " "}).status_code == 422
        assert (
            office.post(url, {**named, "text": "Something else.", "reason": "x"}).status_code == 404
        )
        office.post(url, {**named, "reason": "It is a trial price."})
        shown = office.get(here).content.decode()
        assert "It is a trial price." in shown
        assert f'value="{text}"' not in shown.partition('aria-label="Meant"')[0]
        assert (
            "Its floor"
            not in office.get(
                reverse("office_programme:draft_thing", args=["permit_types", "MONTH"])
            )
            .content.decode()
            .partition("Findings")[2]
        )
        office.post(url, {**named, "again": "1"})
        assert "It is a trial price." not in office.get(here).content.decode()
        assert f'value="{text}"' in office.get(here).content.decode()


class TestTheFile:
    PATH = "/office/program/draft/file/"

    def test_the_draft_is_shown_and_taken_back(self, office, draft):
        text = load.to_yaml(draft.document)
        changed = text.replace("name: A month", "name: A whole month")
        answer = office.post(self.PATH, {"text": changed, "revision": 1})
        assert answer.status_code == 302
        draft.refresh_from_db()
        assert parts.find(draft.document, "permit_types", "MONTH")["name"] == "A whole month"

    def test_faults_have_their_lines_and_the_draft_stays(self, office, draft):
        answer = office.post(self.PATH, {"text": "schema: 1\nzoness: []\n", "revision": 1})
        assert answer.status_code == 422
        assert "did you mean zones" in answer.content.decode()
        draft.refresh_from_db()
        assert draft.revision == 1


class TestTheDraft:
    def test_none_is_open(self, office):
        assert "No draft is open" in office.get("/office/program/draft/").content.decode()
        assert office.get("/office/program/draft/violations/NO-PERMIT/").status_code == 302

    def test_an_old_version_is_put_back(self, office, draft, now):
        office.post(reverse("office_programme:draft_retire", args=["audiences", "STUDENT"]))
        office.post(reverse("office_programme:draft_discard"))
        assert "Put back" not in office.get("/office/program/").content.decode()
        office.post(reverse("office_programme:draft_start"), {"version": 1})
        again = Draft.objects.get(state="open")
        assert (again.based_on, again.document) == (1, queries.document(1))
        assert (
            office.post(reverse("office_programme:draft_start"), {"version": "x"}).status_code
            == 404
        )

    def test_two_begin(self, office, draft):
        answer = office.post(reverse("office_programme:draft_start"), follow=True)
        assert "began a draft from version 1 already" in answer.content.decode()

    def test_places_that_types_share_are_edited(self, office, draft):
        path = reverse("office_programme:draft_value", args=["shared"])
        row = {
            "v-quotas-0-code": ["CITY"],
            "v-quotas-0-name": ["Whole city"],
            "v-quotas-0-total": ["12"],
            "v-quotas-0-permit_types": ["STAFF-YEAR", "RESIDENT"],
        }
        sent = fields(office.get(path).content.decode())
        wider = office.post(path, sent | {"add-row": ["v-quotas"]}).content.decode()
        answer = office.post(path, fields(wider) | row | {"save": ["1"]})
        assert answer.status_code == 302
        draft.refresh_from_db()
        assert draft.document["shared"] == {
            "quotas": [
                {
                    "code": "CITY",
                    "name": "Whole city",
                    "total": 12,
                    "permit_types": ["RESIDENT", "STAFF-YEAR"],
                }
            ]
        }
        told = office.get("/office/program/draft/lists/rest/").content.decode()
        assert "Whole city: 12 places" in told

    def test_published_on_a_day(self, office, draft):
        path = reverse("office_programme:draft_value", args=["fees"])
        sent = fields(office.get(path).content.decode()) | {"v-boot": ["91.00"], "save": ["1"]}
        office.post(path, sent)
        sent = {"revision": 2, "begins_on": "2999-12-31"}
        answer = office.post(reverse("office_programme:draft_publish"), sent, follow=True)
        assert "Version 2 is published." in answer.content.decode()
        assert queries.version(2).begins_at.year == 2999
        assert "Go on with the draft" not in answer.content.decode()


class TestWho:
    @pytest.mark.parametrize("name", ["clara", "bob", "otto"])
    def test_others_may_not(self, site, request, name):
        site.login_as(request.getfixturevalue(name))
        for path in ("/office/program/draft/", "/office/program/draft/fees/"):
            assert site.get(path).status_code == 403

    def test_the_other_tenant_has_its_own(self, other_site, office, draft, hillside, charlie):
        other_site.login_as(charlie)
        assert "No draft is open" in other_site.get("/office/program/draft/").content.decode()


class TestHostileText:
    """Whatever is posted is refused in words or kept as it is written; nothing falls over."""

    ODD = (
        "a\x00b", "x" * 4_000, "\u202egnp.exe", "🅿️" * 30, "<script>alert(1)</script>", "=1+1",
        "9" * 5_000, "0000-01-01", "9999-12-31", "2026-09-31", "-1", "1e999", "٣", "nan",
    )  # fmt: skip

    @pytest.mark.parametrize(
        ("part", "code"),
        [("zones", "LOT-A"), ("permit_types", "MONTH"), ("violations", "NO-PERMIT"),
         ("calendars", "holidays"), ("sessions", None), ("fees", None), ("tax", None),
         ("shared", None)],
    )  # fmt: skip
    def test_in_every_field_of_an_editor(self, office, draft, part, code):
        name = "draft_thing" if code else "draft_value"
        path = reverse(f"office_programme:{name}", args=[part, code] if code else [part])
        sent = fields(office.get(path).content.decode())
        texts = [key for key in sent if key.startswith("v")]
        for n, odd in enumerate(self.ODD):
            # A few fields each, so that all are met by many texts in few requests.
            for start in range(3):
                changed = {key: [odd] for key in texts[(n + start) % 3 :: 3]}
                answer = office.post(path, sent | changed | {"save": ["1"]})
                assert answer.status_code in (302, 404, 409, 422)
                assert b"<script>alert(1)" not in answer.content

    @pytest.mark.parametrize(
        "sent",
        [{"revision": "x"}, {"revision": "9" * 5_000}, {"add-row": "zz"}, {"remove-row": "zz"},
         {"remove-row": "v-rows-" + "9" * 5_000}, {"lift-row": "-"}, {"try-days": "9" * 5_000},
         {"try-start": "9999-12-31"}, {"try-start": "a\x00b"}],
    )  # fmt: skip
    def test_in_what_a_page_sends_of_itself(self, office, draft, sent):
        for code in ("permit_types/MONTH", "violations/NO-PERMIT"):
            path = f"/office/program/draft/{code}/"
            asked = fields(office.get(path).content.decode()) | {k: [v] for k, v in sent.items()}
            assert office.post(path, asked).status_code < 500
