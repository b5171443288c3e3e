"""The pages of waitlists: the customer's, the offer's link, the office's, and the API."""

import csv
import io
import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from parkops.customers import operations as customers
from parkops.kernel.actors import SYSTEM
from permits import operations
from permits.models import Permit, WaitlistEntry
from permits.operations.line_notices import offer_path
from tests.seed import PROGRAMMES

pytestmark = pytest.mark.django_db


def text_of(response) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", response.content.decode()))


@pytest.fixture
def now():
    return timezone.now()


@pytest.fixture
def one_place(apply_programme):
    """RESIDENT and MONTH have one place each, for which one may wait, as choices of each other."""
    text = (PROGRAMMES / "harbor.yaml").read_text()
    text = text.replace('quota: {total: 10, oversell: "10%"}\n', "quota: {total: 1}\n").replace(
        "waitlist: {offer: 2d}", "waitlist: {offer: 2d, group: ANY, purge: 04-01}"
    )
    text = text.replace(
        "    name: A month\n",
        "    name: A month\n    quota: {total: 1}\n    waitlist: {offer: 2d, group: ANY}\n",
        1,
    )
    apply_programme(
        text.replace("    name: Resident\n", "    name: Resident\n    switch: {to: [STAFF-YEAR]}\n")
    )


@pytest.fixture
def me(dana, now):
    customer = customers.customer_for_user(dana, at=now)
    changes = {"audiences": ["STAFF"]}
    return customers.change_customer(customer.pk, changes=changes, by=SYSTEM, at=now)


@pytest.fixture
def sold(one_place, person, sell):
    return [sell(person(f"s-{code}", "STAFF"), code) for code in ("STAFF-YEAR", "MONTH")]


def join(who, now, code="STAFF-YEAR") -> WaitlistEntry:
    return operations.join_waitlist(type_code=code, customer_id=who.pk, by=SYSTEM, at=now)


class TestCustomer:
    def test_joins_sees_the_place_and_leaves(self, site, dana, me, sold):
        site.login_as(dana)
        page = text_of(site.get("/permits/waitlist/STAFF-YEAR/"))
        assert "Nobody waits yet." in page
        assert "The line begins anew every year." in page
        step = site.post("/permits/waitlist/STAFF-YEAR/", {"act": "join"})
        assert "1 of 1" in text_of(site.get(step["Location"]))
        assert "In line: 1 of 1" in text_of(site.get("/my/"))
        site.post(step["Location"], {"act": "leave"})
        assert WaitlistEntry.objects.get().status == "withdrawn"

    def test_orders_the_choices(self, site, dana, me, sold, now):
        join(me, now)
        second = join(me, now, "MONTH")
        site.login_as(dana)
        page = text_of(site.get("/permits/waitlist/"))
        assert "Choice 2 of 2." in page
        assert "You stay in line for the higher ones" in page
        site.post("/permits/waitlist/", {"act": f"up:{second.reference}"})
        second.refresh_from_db()
        assert second.rank == 1

    def test_sees_why_a_place_went_by(self, site, dana, me, sold, now):
        join(me, now)
        customers.change_customer(me.pk, changes={"audiences": []}, by=SYSTEM, at=now)
        operations.cancel_permit(sold[0].number, reason="x", by=SYSTEM, at=now)
        site.login_as(dana)
        assert "For Staff." in text_of(site.get("/permits/waitlist/"))

    def test_anothers_entry_is_not_there(self, site, dana, me, sold, person, now):
        entry = join(person("b", "STAFF"), now)
        site.login_as(dana)
        answer = site.post("/permits/waitlist/", {"act": f"leave:{entry.reference}"})
        assert answer.status_code == 404
        entry.refresh_from_db()
        assert entry.status == "waiting"


class TestOffer:
    @pytest.fixture
    def offered(self, me, sold, now):
        customers.add_vehicle(customer_id=me.pk, plate="8KRT 204", by=SYSTEM, at=now)
        entry = join(me, now)
        operations.cancel_permit(sold[0].number, reason="x", by=SYSTEM, at=now)
        entry.refresh_from_db()
        return entry

    def test_one_click_without_signing_in_holds_it_with_the_plate(self, site, offered):
        path = offer_path(offered)
        page = site.get(path)
        assert page.status_code == 200
        assert "8KRT 204" in text_of(page)
        step = site.post(path, {"act": "take", "plates": ["8KRT204"]})
        permit = Permit.objects.get(customer=offered.customer)
        # Cards are not set up here: the permit's page says how to pay.
        assert step["Location"] == f"/permits/{permit.number}/"
        assert site.get(step["Location"]).status_code == 200
        assert [row.plate_key for row in permit.plates.all()] == ["8KRT204"]
        assert site.post(path, {"act": "take"})["Location"] == f"/permits/{permit.number}/"
        assert Permit.objects.filter(customer=offered.customer).count() == 1

    def test_another_price_than_was_shown_is_shown_first(self, site, offered):
        answer = site.post(offer_path(offered), {"act": "take", "shown": "1"})
        assert answer.status_code == 422
        assert "The price is different" in text_of(answer)
        assert not Permit.objects.filter(customer=offered.customer).exists()

    def test_goes_straight_to_the_card_page(self, site, offered, monkeypatch):
        from types import SimpleNamespace

        from permits.views.portal import waiting

        asked = {}

        def start(**told):
            asked.update(told)
            return SimpleNamespace(redirect_url="https://cards.example.test/pay")

        monkeypatch.setattr(waiting.gateways, "takes_cards", lambda tenant: True)
        monkeypatch.setattr(waiting.payments, "start_card_payment", start)
        step = site.post(offer_path(offered), {"act": "take", "plates": ["8KRT204"]})
        assert step["Location"] == "https://cards.example.test/pay"
        assert (len(asked["charge_ids"]), asked["email"]) == (1, offered.customer.email)

    def test_who_has_a_permit_that_may_be_switched_is_told_so(self, site, offered, sell, now):
        customers.change_customer(
            offered.customer_id, changes={"audiences": ["STAFF", "STUDENT"]}, by=SYSTEM, at=now
        )
        mine = sell(offered.customer, "RESIDENT", at=now)
        operations.approve_permit(mine.number, by=SYSTEM, at=now)
        page = site.get(offer_path(offered)).content.decode()
        assert f"/permits/{mine.number}/switch/?permit_type=STAFF-YEAR" in page

    def test_declining_is_one_click_too(self, site, offered):
        path = offer_path(offered)
        page = site.get(site.post(path, {"act": "decline"})["Location"])
        assert "You are no longer in line." in text_of(page)
        offered.refresh_from_db()
        assert offered.status == "withdrawn"

    def test_what_stands_in_the_way_is_said(self, site, offered, now):
        customers.change_customer(offered.customer_id, changes={"audiences": []}, by=SYSTEM, at=now)
        answer = site.post(offer_path(offered), {"act": "take"})
        assert answer.status_code == 422
        assert "For Staff." in text_of(answer)

    def test_the_link_holds_in_its_own_tenant_only(self, other_site, offered):
        for method in (other_site.get, other_site.post):
            assert method(offer_path(offered)).status_code == 404
        offered.refresh_from_db()
        assert offered.status == "offered"

    def test_a_changed_link_opens_nothing(self, site, offered):
        assert site.get(offer_path(offered)[:-3] + "x/").status_code == 404


class TestOffice:
    @pytest.fixture
    def office(self, site, clara):
        return site.login_as(clara)

    def test_lists_filters_and_saves_a_file(self, office, sold, person, now):
        for name in ("ana", "zoe"):
            join(person(name, "STAFF"), now)
        page = text_of(office.get("/office/waitlists/"))
        assert "1 of 2" in page
        assert "2 of 2" in page
        found = text_of(office.get("/office/waitlists/?q=ana&type=STAFF-YEAR"))
        assert ("Ana" in found, "Zoe" in found) == (True, False)
        file = office.get("/office/waitlists/waitlist.csv?q=zoe&view=open")
        rows = list(csv.DictReader(io.StringIO(file.content.decode())))
        assert [(row["name"], row["position"], row["waiting"]) for row in rows] == [
            ("Zoe", "2", "2")
        ]

    def test_twice_the_rows_ask_no_more(self, office, sold, person, now):
        def ask():
            with CaptureQueriesContext(connection) as asked:
                assert office.get("/office/waitlists/").status_code == 200
            return len(asked)

        for name in "abc":
            join(person(name, "STAFF"), now)
        office.get("/office/waitlists/")
        few = ask()
        for name in "defg":
            join(person(name, "STAFF"), now)
        assert ask() == few

    def test_moves_extends_and_takes_out(self, office, sold, person, now):
        first, second = join(person("ana", "STAFF"), now), join(person("zoe", "STAFF"), now)
        where = f"/office/waitlists/{second.reference}/"
        assert office.get(where).status_code == 200
        assert office.post(f"{where}position/", {"position": 1}).status_code == 422
        office.post(f"{where}position/", {"position": 1, "reason": "Night shift"})
        assert "Night shift" in text_of(office.get(where))
        operations.cancel_permit(sold[0].number, reason="x", by=SYSTEM, at=now)
        early = {"until": "2020-01-01T10:00", "reason": "Away"}
        assert office.post(f"{where}extension/", early).status_code == 422
        later = {"until": "2099-01-01T10:00", "reason": "Away"}
        assert office.post(f"{where}extension/", later).status_code == 302
        office.post(f"{where}removal/", {"reason": "Moved away"})
        second.refresh_from_db()
        first.refresh_from_db()
        assert (second.status, first.status) == ("withdrawn", "offered")
        assert "Moved away" in text_of(office.get("/office/waitlists/?view=closed"))

    def test_puts_somebody_in_line(self, office, sold, person):
        ana = person("ana", "STAFF")
        where = f"/office/waitlists/new/?customer={ana.reference}"
        assert "Ana" in text_of(office.get("/office/waitlists/new/?q=ana"))
        body = {"permit_type": "STAFF-YEAR", "wanted": 1}
        assert office.post(where, body).status_code == 422
        step = office.post(where, {**body, "reason": "Came by"})
        assert "Came by" in text_of(office.get(step["Location"]))

    def test_who_may_only_look_changes_nothing(self, site, otto, sold, person, now):
        entry = join(person("ana", "STAFF"), now)
        site.login_as(otto)
        where = f"/office/waitlists/{entry.reference}/removal/"
        assert site.post(where, {"reason": "x"}).status_code == 403
        entry.refresh_from_db()
        assert entry.status == "waiting"


class TestApi:
    def test_waits_moves_and_takes(self, site, token, sold, person, now):
        headers = token("permits:read", "permits:write")

        def call(method, path, body=None):
            more = {"data": body, "content_type": "application/json"} if body is not None else {}
            return getattr(site, method)(f"/api/v1{path}", headers=headers, **more)

        ana, zoe = person("ana", "STAFF"), person("zoe", "STAFF")
        wish = {"permit_type": "STAFF-YEAR"}
        call("post", "/waitlist", {**wish, "customer": str(ana.reference)})
        made = call("post", "/waitlist", {**wish, "customer": str(zoe.reference)})
        assert made.status_code == 201
        assert (made.json()["position"], made.json()["waiting"]) == (2, 2)
        where = f"/waitlist/{made.json()['id']}"
        moved = call("put", f"{where}/position", {"position": 1, "reason": "Night shift"})
        assert moved.json()["position"] == 1
        early = call("post", f"{where}/acceptance", {"vehicles": []})
        assert (early.status_code, early.json()["code"]) == (409, "offer_over")
        operations.cancel_permit(sold[0].number, reason="x", by=SYSTEM, at=now)
        assert call("get", where).json()["status"] == "offered"
        taken = call("post", f"{where}/acceptance", {"vehicles": ["ABC 123"]}).json()
        assert (taken["status"], taken["permits"][0]["status"]) == ("accepted", "held")
