"""What staff do with permits in the office."""

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

pytestmark = pytest.mark.django_db


def text_of(response) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", response.content.decode()))


@pytest.fixture
def now():
    return timezone.now()


@pytest.fixture
def ana(person):
    return person("ana", "STAFF", "STUDENT")


@pytest.fixture
def office(site, clara):
    return site.login_as(clara)


class TestList:
    def test_shows_the_permits_of_a_view(self, office, ana, sell, hold):
        sold = sell(ana, "MONTH", "ABC 123")
        cart = hold(ana, "EVENING", "XYZ 9")
        page = text_of(office.get("/office/permits/"))
        assert sold.number in page
        assert cart.number not in page
        assert cart.number in text_of(office.get("/office/permits/?view=held"))

    @pytest.mark.parametrize("words", ["abc-123", "Ana", "ana@example"])
    def test_finds_by_plate_and_holder(self, office, ana, sell, person, words):
        sold = sell(ana, "MONTH", "ABC 123")
        other = sell(person("zoe"), "MONTH", "ZZZ 9")
        page = text_of(office.get("/office/permits/", {"q": words}))
        assert sold.number in page
        assert other.number not in page

    def test_finds_by_number_kind_and_state(self, office, ana, sell):
        sold, other = sell(ana, "MONTH", "ABC 123"), sell(ana, "EVENING", "ABC 123")
        for query in ({"q": sold.number}, {"type": "MONTH"}, {"type": "MONTH", "status": "active"}):
            page = text_of(office.get("/office/permits/", query))
            assert sold.number in page, query
            assert other.number not in page, query

    def test_says_when_nothing_matches(self, office):
        assert "No permit matches" in text_of(office.get("/office/permits/?q=nobody"))

    def test_answers_htmx_with_the_results_alone(self, office, ana, sell):
        sell(ana, "MONTH", "ABC 123")
        part = office.get("/office/permits/", headers={"hx-request": "true"}).content.decode()
        assert 'id="results"' in part
        assert "<html" not in part

    def test_twice_the_permits_need_no_more_queries(self, office, person, sell):
        def count() -> int:
            with CaptureQueriesContext(
                connection,
            ) as caught:
                assert office.get("/office/permits/").status_code == 200
            return len(caught)

        for n in range(4):
            sell(person(f"a{n}"), "MONTH", f"AA{n}")
        office.get("/office/permits/")
        few = count()
        for n in range(8):
            sell(person(f"b{n}"), "MONTH", f"BB{n}")
        assert count() == few

    def test_is_for_those_who_may(self, site, bob, dana):
        assert site.get("/office/permits/").status_code == 302
        assert site.login_as(bob).get("/office/permits/").status_code == 403
        assert site.login_as(dana).get("/office/permits/").status_code == 403


class TestDetail:
    def test_shows_everything_about_a_permit(self, office, ana, sell):
        sold = sell(ana, "RESIDENT", "ABC 123")
        page = text_of(office.get(f"/office/permits/{sold.number}/"))
        assert "Waits for approval" in page
        assert "ABC 123" in page
        assert "Permit paid" in page
        assert "97.20" in page

    def test_another_tenants_is_not_there(self, other_site, charlie, ana, sell):
        sold = sell(ana)
        other_site.login_as(charlie)
        assert other_site.get(f"/office/permits/{sold.number}/").status_code == 404

    def test_an_auditor_reads_and_changes_nothing(self, site, otto, ana, sell):
        sold = sell(ana)
        site.login_as(otto)
        page = site.get(f"/office/permits/{sold.number}/")
        assert page.status_code == 200
        assert "Revoke" not in text_of(page)
        assert site.post(f"/office/permits/{sold.number}/revocation/").status_code == 403


class TestActs:
    @pytest.mark.parametrize(
        ("name", "code", "status"),
        [
            ("approval", "RESIDENT", "active"),
            ("rejection", "RESIDENT", "cancelled"),
            ("cancellation", "MONTH", "cancelled"),
            ("revocation", "MONTH", "revoked"),
            ("suspension", "MONTH", "suspended"),
        ],
    )
    def test_asks_then_acts(self, office, ana, sell, name, code, status):
        sold = sell(ana, code, "ABC 123")
        url = reverse(f"office_permits:{name}", args=[sold.number])
        assert office.get(url).status_code == 200
        answer = office.post(url, {"reason": "for a test"})
        assert answer["Location"] == f"/office/permits/{sold.number}/"
        sold.refresh_from_db()
        assert sold.status_at(timezone.now()) == status

    def test_wants_a_reason(self, office, ana, sell):
        sold = sell(ana)
        answer = office.post(f"/office/permits/{sold.number}/revocation/", {"reason": ""})
        assert answer.status_code == 422
        assert "Say why" in text_of(answer)

    def test_refuses_what_the_state_forbids(self, office, ana, sell):
        sold = sell(ana)
        answer = office.post(f"/office/permits/{sold.number}/approval/")
        assert answer.status_code == 422
        assert "waits for no approval" in text_of(answer)

    def test_suspends_and_reinstates(self, office, ana, sell):
        sold = sell(ana)
        office.post(f"/office/permits/{sold.number}/suspension/", {"reason": "check"})
        office.post(f"/office/permits/{sold.number}/reinstatement/")
        sold.refresh_from_db()
        assert sold.status_at(timezone.now()) == "active"

    def test_changes_the_plates(self, office, ana, sell):
        sold = sell(ana, "MONTH", "ABC 123")
        url = f"/office/permits/{sold.number}/vehicles/"
        assert "ABC 123" in office.get(url).content.decode()
        office.post(url, {"plates": "new 1, WA\r\nnew 2"})
        page = text_of(office.get(f"/office/permits/{sold.number}/"))
        assert "NEW 1" in page
        now, _, before = page.partition("Plates")[2].partition("Plates through time")
        assert "ABC 123" not in now
        assert "ABC 123" in before

    def test_gives_the_deposit_back(self, office, ana, sell, pay):
        sold = sell(ana, "RESIDENT", "ABC 123")
        pay(sold, kind="deposit")
        assert office.get(f"/office/permits/{sold.number}/deposit/").status_code == 200
        assert office.post(f"/office/permits/{sold.number}/deposit/").status_code == 302
        assert office.post(f"/office/permits/{sold.number}/deposit/").status_code == 422

    def test_replaces_a_hangtag(self, office, ana, sell):
        sold = sell(ana, "RESIDENT", "ABC 123")
        office.post(f"/office/permits/{sold.number}/approval/")
        office.post(f"/office/permits/{sold.number}/replacement/", {"reason": "lost"})
        sold.refresh_from_db()
        assert sold.hangtag == "R2"


class TestSelling:
    def test_finds_the_customer_prices_and_holds(self, office, ana):
        assert "For whom" in text_of(office.get("/office/permits/new/"))
        assert "ana@example.test" in text_of(office.get("/office/permits/new/?q=ana"))
        url = f"/office/permits/new/?customer={ana.reference}"
        assert "A month" in text_of(office.get(url))
        asked = {"permit_type": "MONTH", "plates": "ABC 123", "start_on": "", "hours": ""}
        page = office.post(url, {**asked, "act": "price"})
        assert "54.00" in text_of(page)
        assert not ana.permits.exists()
        answer = office.post(url, {**asked, "act": "sell"})
        permit = ana.permits.get()
        assert answer["Location"] == f"/office/permits/{permit.number}/"
        assert permit.channel == "office"
        assert "Take the payment" in text_of(office.get(answer["Location"]))

    def test_shows_why_not(self, office, person):
        zoe = person("zoe")
        url = f"/office/permits/new/?customer={zoe.reference}"
        answer = office.post(url, {"permit_type": "STAFF-YEAR", "plates": "", "act": "price"})
        assert answer.status_code == 422
        assert "For Staff" in text_of(answer)

    def test_is_for_those_who_may_sell(self, site, otto):
        assert site.login_as(otto).get("/office/permits/new/").status_code == 403


def test_the_waitlist_shows_who_is_next(office, person, hold):
    from parkops.kernel.actors import SYSTEM
    from permits import operations

    for n in range(11):
        hold(person(f"s{n}", "STAFF"), "STAFF-YEAR")
    operations.join_waitlist(
        type_code="STAFF-YEAR", customer_id=person("zoe", "STAFF").pk, by=SYSTEM, at=timezone.now()
    )
    page = text_of(office.get("/office/waitlists/"))
    assert "Zoe" in page
    assert "Waiting" in page


def test_the_customers_page_and_the_search_know_permits(office, ana, sell):
    sold = sell(ana, "MONTH", "ABC 123")
    page = text_of(office.get(f"/office/customers/{ana.reference}/"))
    assert sold.number in page
    assert "Permit paid" in page
    assert "Sell a permit" in page
    found = office.get("/office/search/", {"q": sold.number})
    assert found.status_code in (200, 302)
