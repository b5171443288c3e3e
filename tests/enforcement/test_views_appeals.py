"""The pages of appeals: the office's queues and calendar, and the appellant's own page."""

from datetime import timedelta
from io import BytesIO

import pytest
import time_machine
from pypdf import PdfReader

from enforcement.models import Appeal, Hearing
from enforcement.queries.appeals import page_path
from tests.enforcement.test_appeals import FEES, NOW, decide, file, issue, person
from tests.enforcement.test_hearings import book, heard, slot


@pytest.fixture(autouse=True)
def _at_work(fresh_limits):
    with time_machine.travel(NOW, tick=False):
        yield


def text_of(answer) -> str:
    assert answer.status_code == 200, answer.content
    return answer.content.decode()


def pdf_of(answer) -> str:
    return " ".join(page.extract_text() for page in PdfReader(BytesIO(answer.content)).pages)


FILED = {"grounds": "other", "text": "By letter.", "name": "Ada", "email": "ada@person.test"}


class TestOffice:
    def test_a_reviewer_has_a_queue_of_their_own(self, site, rita, alice):
        mine, other = file(issue()), file(issue(by=person(rita), plate="XY 1"))
        site.login_as(rita)
        text = text_of(site.get("/office/appeals/?view=mine"))
        assert mine.number in text
        assert other.number not in text
        assert "Due in 14 days" in text
        assert other.number in text_of(site.get(f"/office/appeals/?reviewer={alice.pk}"))
        assert mine.number not in text_of(site.get("/office/appeals/?q=XY1&grounds=other"))

    def test_deciding_leads_on_to_the_next(self, site, rita):
        first, second = file(issue()), file(issue(plate="XY 1"))
        body = {"outcome": "upheld", "reason_code": "rules_apply", "text": "It stands."}
        site.login_as(rita)
        done = site.post(f"/office/appeals/{first.number}/decision/", body)
        assert done["Location"] == f"/office/appeals/{second.number}/"
        letter = site.get(f"/office/appeals/{first.number}/letter.pdf")
        assert "It stands." in pdf_of(letter)

    def test_is_given_to_somebody_else_with_the_reason_why_not(self, site, rita, alice):
        filed = file(issue(by=person(rita)))
        path = f"/office/appeals/{filed.number}/reviewer/"
        refused = site.login_as(alice).post(path, {"reviewer": rita.pk})
        assert refused.status_code == 422
        assert "they issued the citation" in refused.content.decode()
        assert site.post(path, {"reviewer": ""}).status_code == 302

    def test_a_clerk_files_one_that_came_late_by_letter(self, site, clara, otto):
        citation = issue(at=NOW - timedelta(days=30))
        path = f"/office/appeals/against/{citation.number}/"
        assert site.login_as(otto).get(path).status_code == 403
        assert "It is late." in text_of(site.login_as(clara).get(path))
        assert site.post(path, FILED).status_code == 422
        done = site.post(path, FILED | {"late_reason": "In hospital."})
        assert "In hospital." in text_of(site.get(done["Location"]))

    def test_is_closed_with_a_reason_and_adds_what_comes(self, site, rita, clara):
        filed = file(issue())
        path = f"/office/appeals/{filed.number}"
        site.login_as(clara)
        assert site.post(f"{path}/evidence/", {"text": "She called."}).status_code == 302
        assert site.post(f"{path}/evidence/", {"text": ""}).status_code == 422
        assert site.post(f"{path}/close/", {"reason": "x"}).status_code == 403
        site.login_as(rita)
        assert "She called." in text_of(site.get(f"{path}/"))
        assert site.post(f"{path}/close/", {"reason": ""}).status_code == 422
        assert site.post(f"{path}/close/", {"reason": "Filed twice."}).status_code == 302
        assert "Filed twice." in text_of(site.get(f"{path}/"))

    def test_waives_a_fee(self, apply_programme, site, rita):
        apply_programme(FEES)
        citation = issue()
        decide(file(citation))
        filed = file(citation)
        path = f"/office/appeals/{filed.number}"
        assert "The fee of this appeal" in text_of(site.login_as(rita).get(f"{path}/"))
        assert site.post(f"{path}/fee/", {"reason": "Hardship."}).status_code == 302
        assert "The fee of this appeal" not in text_of(site.get(f"{path}/"))

    def test_times_are_opened_booked_and_who_came_is_recorded(self, site, rita, clara):
        asked = {
            "first": "2026-11-12",
            "last": "2026-11-12",
            "weekdays": ["3"],
            "begins": "09:00",
            "ends": "10:00",
            "minutes": "30",
            "capacity": "1",
            "place": "Room 2",
            "officer": rita.pk,
        }
        site.login_as(rita)
        assert site.post("/office/hearings/new/", asked | {"place": ""}).status_code == 422
        assert site.post("/office/hearings/new/", asked).status_code == 302
        appeal = heard()
        path = f"/office/appeals/{appeal.number}"
        site.login_as(clara)
        assert site.post("/office/hearings/new/", asked).status_code == 403
        assert site.post(f"{path}/hearing/", {"slot": "x"}).status_code == 422
        chosen = Hearing.slot.field.related_model.objects.order_by("starts_at").first()
        assert site.post(f"{path}/hearing/", {"slot": chosen.reference}).status_code == 302
        for page in ("/office/hearings/", "/office/hearings/day/?on=2026-11-12&who=me"):
            assert appeal.number in text_of(site.login_as(rita).get(page))
        assert "BEGIN:VEVENT" in text_of(site.get("/office/hearings/day.ics?on=2026-11-12"))
        with time_machine.travel(chosen.ends_at, tick=False):
            site.login_as(rita)
            done = site.post(f"{path}/hearing/record/", {"attendance": "attended"})
        assert done.status_code == 302
        assert Hearing.objects.get().attendance == "attended"

    @pytest.mark.parametrize("on", ["0001-01-01", "9999-12-31", "2026-02-31", "x"])
    def test_a_day_that_is_none_is_today(self, site, clara, on):
        site.login_as(clara)
        for page in ("hearings/", "hearings/day/", "hearings/day.ics", "dispatch/beats/"):
            assert site.get(f"/office/{page}?on={on}").status_code == 200

    def test_the_calendar_asks_no_more_for_twice_as_many(
        self, site, rita, django_assert_num_queries
    ):
        from django.db import connection
        from django.test.utils import CaptureQueriesContext

        site.login_as(rita)
        book(heard("AB 1"), slot(3))
        site.get("/office/hearings/")
        with CaptureQueriesContext(connection) as few:
            site.get("/office/hearings/")
        book(heard("AB 2"), slot(4))
        slot(5)
        with django_assert_num_queries(len(few)):
            site.get("/office/hearings/")


class TestAppellant:
    def test_is_found_by_number_and_pin_alone(self, site):
        filed = file(issue())
        for pin in ("000000x", "ABC 123"):
            assert site.post("/appeals/", {"number": filed.number, "pin": pin}).status_code == 422
        told = {"number": filed.number.lower(), "pin": filed.citation.pin}
        found = site.post("/appeals/", told)
        assert found["Location"] == page_path(filed)
        text = text_of(site.get(found["Location"]))
        assert "I was unloading." in text
        assert "We mean to decide it by 24 November 2026." in text

    def test_the_link_is_of_one_appeal_in_one_tenant(self, site, other_site):
        path = page_path(file(issue()))
        assert site.get(path[:-3] + "x/").status_code == 404
        assert other_site.get(path).status_code == 404

    def test_adds_withdraws_and_appeals_anew(self, site):
        filed = file(issue())
        path = page_path(filed)
        paper = BytesIO(b"%PDF-1.4 a letter")
        paper.name = "letter.pdf"
        added = site.post(f"{path}evidence/", {"text": "One more.", "documents": [paper]})
        assert added.status_code == 302
        text = text_of(site.get(path))
        assert "One more." in text
        document = filed.documents.get()
        saved = site.get(f"{path}documents/{document.reference}/")
        assert saved["Content-Disposition"].startswith("attachment")
        assert site.post(f"{path}withdraw/").status_code == 302
        assert "Appeal anew" in text_of(site.get(path))
        assert site.post(f"{path}evidence/", {"text": "Late."}).status_code == 422
        onward = site.get(f"{path}next/")["Location"]
        assert "Appeal this citation" in text_of(site.get(onward))

    def test_reads_the_decision_in_french_and_goes_on(self, site):
        citation = issue()
        filed = decide(file(citation))
        path = page_path(filed)
        site.cookies["django_language"] = "fr"
        assert "So it is." in pdf_of(site.get(f"{path}letter.pdf"))
        assert "Appeal to the next level" in text_of(in_english(site).get(path))
        assert site.get(f"{path}citation/")["Location"] == f"/citations/{citation.number}/"

    def test_books_moves_and_gives_up_the_hearing(self, site):
        appeal, first, second = heard(), slot(3), slot(4)
        path = page_path(appeal)
        assert "Choose the time of your hearing below." in text_of(site.get(path))
        for chosen in (first, second):
            done = site.post(f"{path}hearing/", {"slot": chosen.reference})
            assert done.status_code == 302
        assert "BEGIN:VCALENDAR" in text_of(site.get(f"{path}hearing.ics"))
        assert site.post(f"{path}hearing/", {"slot": ""}).status_code == 422
        assert site.post(f"{path}hearing/release/").status_code == 302
        assert site.get(f"{path}hearing.ics").status_code == 404

    def test_pays_the_fee_first(self, apply_programme, site):
        apply_programme(FEES)
        citation = issue()
        decide(file(citation))
        filed = file(citation)
        text = text_of(site.get(page_path(filed)))
        assert "Pay the fee of $25.00." in text
        assert 'href="/pay/' in text


def in_english(site):
    site.cookies["django_language"] = "en"
    return site


class TestApi:
    def test_lists_closes_assigns_and_books(self, site, token, rita):
        appeal, offered = heard(), slot()
        head = token("enforcement:read", "enforcement:write")

        def call(path: str, body=None):
            send = site.post if body is not None else site.get
            more = {"content_type": "application/json"} if body is not None else {}
            args = (body,) if body is not None else ()
            return send(f"/api/v1{path}", *args, headers=head, **more)

        listed = call("/appeals?status=open").json()["items"]
        assert [one["id"] for one in listed] == [appeal.number]
        assert call("/hearing-slots").json()["items"][0]["id"] == str(offered.reference)
        booked = call(f"/appeals/{appeal.number}/hearing", {"slot": str(offered.reference)})
        assert booked.status_code == 201
        assert call(f"/appeals/{appeal.number}").json()["hearing"]["attendance"] is None
        given = call(f"/appeals/{appeal.number}/assignment", {"reviewer": str(rita.pk)})
        assert given.json()["reviewer"] == str(rita.pk)
        closed = call(f"/appeals/{appeal.number}/closure", {"reason": "Twice."})
        assert closed.json()["outcome"] == "withdrawn"
        assert Appeal.objects.get(number=appeal.number).closed_reason == "Twice."
