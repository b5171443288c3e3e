"""Buying and holding a permit on the tenant's site."""

import re
from datetime import datetime

import pytest
from django.utils import timezone

from parkops.customers import operations as customers
from parkops.kernel.actors import SYSTEM
from payments import operations as payments
from payments import queries as charges
from permits import operations
from permits.models import Permit
from permits.operations.notices import page_path
from permits.rules.plates import read_plates

pytestmark = pytest.mark.django_db


def text_of(response) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", response.content.decode()))


@pytest.fixture
def me(dana):
    return customers.customer_for_user(dana, at=timezone.now())


def sell(customer, code="MONTH", plates=("ABC 123",), paid=True, **more) -> Permit:
    now = timezone.now()
    permit = operations.hold_permit(
        operations.Wish(code, read_plates(plates), **more),
        customer_id=customer.pk,
        channel=Permit.Channel.PORTAL,
        by=SYSTEM,
        at=now,
    )
    if paid and permit.paid_at is None:
        pay(permit, at=now)
    permit.refresh_from_db()
    return permit


def pay(permit: Permit, at: datetime) -> None:
    charge = charges.charge_of("permit", permit.number)
    payments.take_payment(
        charge_ids=[charge.id], method="cash", amount=charge.balance, by=SYSTEM, at=at
    )


class TestBuying:
    def test_a_visitor_sees_what_is_open_and_why_not_the_rest(self, site):
        page = site.get("/permits/")
        assert page.status_code == 200
        text = text_of(page)
        assert "A month" in text
        assert "For Staff." in text
        assert "Guest" not in text

    def test_goes_question_by_question_to_a_held_place(self, site, me, dana):
        site.login_as(dana)
        step = site.post("/permits/", {"permit_type": "MONTH"})
        assert step["Location"] == "/permits/buy/vehicle/"
        assert site.get(step["Location"]).status_code == 200
        step = site.post(step["Location"], {"plate": "8krt 204", "region": "WA", "act": "next"})
        assert step["Location"] == "/permits/buy/dates/"
        assert site.get(step["Location"]).status_code == 200
        today = timezone.now().date()
        step = site.post(step["Location"], {"start_on": today.replace(year=today.year + 1)})
        assert step.status_code in (302, 422)
        step = site.post("/permits/buy/dates/", {"start_on": f"{timezone.now():%Y-%m-%d}"})
        assert step["Location"] == "/permits/buy/check/"
        page = site.get(step["Location"])
        assert page.status_code == 200
        assert "54.00" in text_of(page)
        assert "8KRT 204" in text_of(page)
        step = site.post("/permits/buy/check/")
        permit = me.permits.get()
        assert step["Location"] == f"/permits/{permit.number}/pay/"
        page = site.get(step["Location"])
        assert page.status_code == 200
        assert "We hold your place until" in text_of(page)

    def test_a_second_yes_sells_no_second_permit(self, site, me, dana):
        site.login_as(dana)
        self.test_goes_question_by_question_to_a_held_place(site, me, dana)
        again = site.post("/permits/buy/check/")
        assert again["Location"] == f"/permits/{me.permits.get().number}/pay/"

    def test_asks_a_visitor_for_an_address_and_keeps_the_answers(self, site):
        site.post("/permits/", {"permit_type": "EVENING"})
        site.post("/permits/buy/vehicle/", {"plate": "ABC1", "act": "next"})
        step = site.post("/permits/buy/dates/", {"start_on": f"{timezone.now():%Y-%m-%d}"})
        assert step["Location"] == "/permits/buy/you/"
        page = site.get("/permits/buy/you/")
        assert "code" in text_of(page)
        assert 'name="next" value="/permits/buy/check/"' in page.content.decode()
        assert site.get("/permits/buy/check/").status_code == 302

    def test_a_free_permit_by_link_needs_no_payment(self, site, me, dana):
        site.login_as(dana)
        step = site.get("/permits/buy/guest/")
        assert step["Location"] == "/permits/buy/vehicle/"
        site.post("/permits/buy/vehicle/", {"plate": "ABC1", "act": "next"})
        page = site.get("/permits/buy/dates/")
        assert "Hours" in text_of(page)
        site.post("/permits/buy/dates/", {"start_on": f"{timezone.now():%Y-%m-%d}", "hours": "3"})
        step = site.post("/permits/buy/check/")
        permit = me.permits.get()
        assert step["Location"] == f"/permits/{permit.number}/"
        assert "You have your permit" in text_of(site.get(step["Location"]))

    def test_several_plates_and_one_taken_off(self, site, me, dana):
        site.login_as(dana)
        site.post("/permits/", {"permit_type": "MONTH"})
        step = site.post("/permits/buy/vehicle/", {"plate": "AAA 1", "act": "add"})
        assert step["Location"] == "/permits/buy/vehicle/"
        site.post("/permits/buy/vehicle/", {"plate": "BBB 2", "act": "add"})
        assert "BBB 2" in text_of(site.get("/permits/buy/vehicle/"))
        site.post("/permits/buy/vehicle/", {"act": "remove:AAA 1"})
        text = text_of(site.get("/permits/buy/vehicle/"))
        assert "BBB 2" in text
        assert "AAA 1" not in text

    def test_says_what_is_wrong_with_a_plate(self, site):
        site.post("/permits/", {"permit_type": "MONTH"})
        page = site.post("/permits/buy/vehicle/", {"plate": "--", "act": "next"})
        assert page.status_code == 422
        assert "at least one letter or digit" in text_of(page)

    def test_a_refusal_at_the_last_step_says_why(self, site, me, dana):
        site.login_as(dana)
        customers.change_customer(
            me.pk, changes={"audiences": ["STAFF"]}, by=SYSTEM, at=timezone.now()
        )
        site.post("/permits/", {"permit_type": "STAFF-YEAR"})
        site.post("/permits/buy/vehicle/", {"plate": "AAA 1", "act": "next"})
        sell(me, "STAFF-YEAR", paid=False)
        page = site.post("/permits/buy/check/")
        assert page.status_code == 422
        assert "At most one a customer" in text_of(page)

    def test_nothing_under_way_says_where_to_begin(self, site):
        page = site.get("/permits/buy/vehicle/")
        assert page.status_code == 422
        assert "Choose a permit first" in text_of(page)

    def test_types_for_the_office_are_not_there(self, site):
        assert site.get("/permits/buy/NOPE/").status_code == 404


class TestHolding:
    def test_shows_the_owner_their_permit(self, site, me, dana):
        permit = sell(me)
        site.login_as(dana)
        page = site.get(f"/permits/{permit.number}/")
        assert page.status_code == 200
        assert permit.number in text_of(page)
        assert "<svg" in page.content.decode()

    def test_is_not_there_for_others(self, site, me, bob, other_site, charlie):
        permit = sell(me)
        assert site.get(f"/permits/{permit.number}/").status_code == 404
        assert site.login_as(bob).get(f"/permits/{permit.number}/").status_code == 404
        other_site.login_as(charlie)
        assert other_site.get(f"/permits/{permit.number}/").status_code == 404
        assert other_site.get(page_path(permit)).status_code == 404

    def test_opens_by_its_signed_link_to_look_but_not_to_change(self, site, me):
        permit = sell(me)
        step = site.get(page_path(permit))
        assert step["Location"] == f"/permits/{permit.number}/"
        assert site.get(step["Location"]).status_code == 200
        assert site.get(f"/permits/{permit.number}/permit.pdf").status_code == 200
        assert site.post(f"/permits/{permit.number}/cancellation/").status_code == 302
        permit.refresh_from_db()
        assert permit.cancelled_at is None

    def test_a_link_for_one_opens_no_other(self, site, me):
        one, other = sell(me), sell(me, "EVENING")
        key = page_path(one).partition("?")[2]
        assert site.get(f"/permits/{other.number}/?{key}").status_code == 404

    def test_prints_and_goes_into_the_calendar(self, site, me, dana):
        permit = sell(me)
        site.login_as(dana)
        paper = site.get(f"/permits/{permit.number}/permit.pdf")
        assert paper["Content-Type"] == "application/pdf"
        assert paper.content.startswith(b"%PDF")
        calendar = site.get(f"/permits/{permit.number}/permit.ics")
        assert "BEGIN:VEVENT\r\n" in calendar.content.decode()

    def test_the_qr_code_says_valid_and_nothing_personal(self, site, other_site, me, dana):
        permit = sell(me)
        from permits.views.portal.holding import _qr

        path = "/" + _qr(permit)["qr_url"].split("/", 3)[3]
        page = site.get(path)
        assert "Valid now" in text_of(page)
        assert "ABC 123" not in text_of(page)
        assert me.email not in text_of(page)
        assert other_site.get(path).status_code == 404
        operations.revoke_permit(permit.number, reason="forged", by=SYSTEM, at=timezone.now())
        assert "Not valid now" in text_of(site.get(path))

    def test_changes_a_plate(self, site, me, dana):
        permit = sell(me, "EVENING")
        site.login_as(dana)
        assert site.get(f"/permits/{permit.number}/vehicles/").status_code == 200
        step = site.post(f"/permits/{permit.number}/vehicles/", {"plate": "NEW 1"})
        assert step.status_code == 302
        text = text_of(site.get(f"/permits/{permit.number}/"))
        assert "NEW 1" in text
        assert "ABC 123" not in text

    def test_cancels_after_showing_the_refund(self, site, me, dana):
        permit = sell(me)
        site.login_as(dana)
        page = site.get(f"/permits/{permit.number}/cancellation/")
        assert "days have not begun" in text_of(page)
        site.post(f"/permits/{permit.number}/cancellation/", {"reason": ""})
        permit.refresh_from_db()
        assert permit.cancelled_at is not None

    def test_gives_and_ends_a_visitors_pass(self, site, me, dana):
        permit = sell(me, "VISITOR-BOOK", plates=())
        site.login_as(dana)
        url = f"/permits/{permit.number}/passes/"
        assert "3 days" in text_of(site.get(url)) or "72 hours" in text_of(site.get(url))
        site.post(url, {"plate": "VIS 1", "hours": "5"})
        text = text_of(site.get(url))
        assert "VIS 1" in text
        assert "67 hours" in text
        site.post(url, {"act": f"end:{permit.passes.get().reference}"})
        text = text_of(site.get(url))
        assert "End now" not in text
        assert "67 hours" not in text

    def test_renewal_says_when_it_opens(self, site, me, dana):
        permit = sell(me)
        site.login_as(dana)
        assert "Renewal opens" in text_of(site.get(f"/permits/{permit.number}/renewal/"))

    def test_waits_in_line_and_leaves_it(self, site, me, dana):
        customers.change_customer(
            me.pk, changes={"audiences": ["STAFF"]}, by=SYSTEM, at=timezone.now()
        )
        site.login_as(dana)
        url = "/permits/waitlist/STAFF-YEAR/"
        assert "Nobody waits yet" in text_of(site.get(url))
        site.post(url, {"act": "join"})
        assert "A place is yours" in text_of(site.get(url))
        site.post(url, {"act": "leave"})
        assert "Nobody waits yet" in text_of(site.get(url))


class TestFuel:
    def test_is_asked_where_the_price_depends_on_it_and_counts(self, site, me, dana):
        site.login_as(dana)
        site.post("/permits/", {"permit_type": "MONTH"})
        assert "What does it run on" in text_of(site.get("/permits/buy/vehicle/"))
        site.post("/permits/buy/vehicle/", {"plate": "VOLT 1", "fuel": "electric", "act": "next"})
        site.post("/permits/buy/dates/", {"start_on": f"{timezone.now():%Y-%m-%d}"})
        assert "27.00" in text_of(site.get("/permits/buy/check/"))
        site.post("/permits/buy/check/")
        assert me.permits.get().net_minor == 2500
        assert me.vehicles.get().fuel == "electric"

    def test_is_not_asked_elsewhere(self, site):
        site.post("/permits/", {"permit_type": "EVENING"})
        assert "What does it run on" not in text_of(site.get("/permits/buy/vehicle/"))


def test_a_guest_buys_with_a_code_by_mail_and_loses_no_answer(site):
    from parkops.messaging.models import Message

    site.post("/permits/", {"permit_type": "EVENING"})
    site.post("/permits/buy/vehicle/", {"plate": "ABC 1", "act": "next"})
    site.post("/permits/buy/dates/", {"start_on": f"{timezone.now():%Y-%m-%d}"})
    sent = site.post(
        "/account/login/code/", {"email": "new@example.test", "next": "/permits/buy/check/"}
    )
    assert sent.status_code == 302
    message = Message.objects.latest("pk")
    code = re.search(r"\b[A-Z0-9]{3,4}-?[A-Z0-9]{3,4}\b", message.text.replace("ParkOps", ""))
    assert code, message.text
    done = site.post(sent["Location"], {"code": code.group()})
    assert done.status_code == 302, text_of(done)
    assert done["Location"] == "/permits/buy/check/"
    page = site.get("/permits/buy/check/")
    assert "ABC 1" in text_of(page)
    assert "new@example.test" in text_of(page)
