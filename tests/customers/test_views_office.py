"""Customers in the office: who may, what is shown, what is refused, what is another tenant's."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from django_tenants.utils import tenant_context

from parkops.customers import operations, panels, queries, search
from parkops.customers.models import Customer, Note
from parkops.kernel.actors import SYSTEM
from parkops.kernel.money import Money


def register(email="ana@b.test", name="Ana Berg", **more):
    return operations.register_customer(
        email=email, name=name, by=SYSTEM, at=timezone.now(), **more
    )


@pytest.fixture
def ana(harbor):
    customer = register(external_id="S-77")
    operations.add_vehicle(
        customer_id=customer.pk, plate="ABC 123", region="ON", by=SYSTEM, at=timezone.now()
    )
    return customer


@pytest.fixture
def office(site, clara):
    return site.login_as(clara)


def address(customer, rest=""):
    return f"/office/customers/{customer.reference}/{rest}"


EVERY = [
    ("get", ""),
    ("get", "change/"),
    ("post", "change/"),
    ("post", "notes/"),
    ("get", "vehicles/"),
    ("post", "vehicles/"),
]


class TestWhoMay:
    @pytest.mark.parametrize(("method", "rest"), EVERY)
    def test_a_visitor_is_asked_to_sign_in(self, site, ana, method, rest):
        response = getattr(site, method)(address(ana, rest))
        assert response.status_code == 302
        assert response["Location"].startswith("/account/login/?next=")

    @pytest.mark.parametrize(("method", "rest"), EVERY)
    def test_an_officer_and_a_customer_are_refused(self, site, ana, bob, dana, method, rest):
        for person in (bob, dana):
            assert getattr(site.login_as(person), method)(address(ana, rest)).status_code == 403

    @pytest.mark.parametrize(("method", "rest"), EVERY)
    def test_another_tenants_customer_is_not_there(self, office, hillside, method, rest):
        with tenant_context(hillside):
            theirs = register()
        assert getattr(office, method)(address(theirs, rest)).status_code == 404

    def test_an_auditor_sees_and_changes_nothing(self, site, ana, otto):
        browser = site.login_as(otto)
        page = browser.get(address(ana))
        assert page.status_code == 200
        assert b"Keep the note" not in page.content
        assert browser.post(address(ana, "notes/"), {"text": "x"}).status_code == 403
        assert browser.get("/office/customers/new/").status_code == 403


class TestList:
    def test_finds_by_part_of_a_name_and_by_plate(self, office, ana):
        register("eva@b.test", "Eva Dahl")
        for text in ("berg", "ANA@B", "abc-123", "abc", "s-77", "ana berg"):
            page = office.get("/office/customers/", {"q": text}).content.decode()
            assert "Ana Berg" in page, text
            assert "Eva Dahl" not in page, text
        assert b"Nobody matches" in office.get("/office/customers/?q=zzz").content

    def test_answers_htmx_with_the_rows_alone(self, office, ana):
        response = office.get("/office/customers/", headers={"HX-Request": "true"})
        assert b"<html" not in response.content
        assert b"Ana Berg" in response.content

    def test_costs_the_same_queries_for_twice_the_rows(self, office, ana):
        def cost():
            with CaptureQueriesContext(connection) as found:
                assert office.get("/office/customers/").status_code == 200
            return len(found)

        for n in range(5):
            register(f"p{n}@b.test", f"P{n}")
        cost()
        before = cost()
        for n in range(5, 11):
            person = register(f"p{n}@b.test", f"P{n}")
            operations.add_vehicle(
                customer_id=person.pk, plate=f"P{n}X", by=SYSTEM, at=timezone.now()
            )
        assert cost() == before

    @pytest.mark.parametrize("query", ["page=0", "page=x", "page=99", "q=%00", f"q={'x' * 500}"])
    def test_takes_any_query(self, office, ana, query):
        assert office.get(f"/office/customers/?{query}").status_code == 200


class TestDetail:
    def test_shows_vehicles_notes_and_the_time_line(self, office, ana):
        operations.write_note(ana.pk, text="Prefers mail <b>", by=SYSTEM, at=timezone.now())
        page = office.get(address(ana)).content.decode()
        for text in ("ABC 123", "Prefers mail &lt;b&gt;", "Became a customer", "Vehicle added"):
            assert text in page

    def test_says_when_another_holds_the_plate_too(self, office, ana):
        eva = register("eva@b.test", "Eva")
        assert b"hold this plate too" not in office.get(address(ana)).content
        operations.add_vehicle(customer_id=eva.pk, plate="abc123", by=SYSTEM, at=timezone.now())
        assert b"1 other customer holds this plate too" in office.get(address(ana)).content

    def test_shows_what_other_apps_tell(self, office, ana, monkeypatch):
        monkeypatch.setattr(panels, "_debts", [self.debts])
        monkeypatch.setattr(panels, "_rights", [self.rights])
        page = office.get(address(ana)).content.decode()
        assert "C-2026-00001-1" in page
        assert "45.00" in page
        assert "P-2026-00001-1" in page

    @staticmethod
    def debts(subject, *, at):
        assert subject.plate_keys == ("ABC123",)
        return [panels.Debt("C-2026-00001-1", Money(4500, "USD"), at.date(), "/x/", "/y/")]

    @staticmethod
    def rights(subject, *, at):
        until = at + timedelta(days=3)
        return [
            panels.Right(
                "P-2026-00001-1", "Staff", "In force", "good", until, ("ABC123",), "/", "/", True
            )
        ]

    def test_costs_the_same_queries_for_twice_the_rows(self, office, ana):
        def cost():
            with CaptureQueriesContext(connection) as found:
                assert office.get(address(ana)).status_code == 200
            return len(found)

        def more(first):
            for n in range(first, first + 3):
                operations.add_vehicle(
                    customer_id=ana.pk, plate=f"N{n}", by=SYSTEM, at=timezone.now()
                )
                operations.write_note(ana.pk, text=f"Note {n}", by=SYSTEM, at=timezone.now())

        more(0)
        cost()
        before = cost()
        more(3)
        assert cost() == before

    def test_leads_to_older_events(self, office, ana, monkeypatch):
        from parkops.customers.views import office as views

        monkeypatch.setattr(views, "EVENTS", 1)
        page = office.get(address(ana)).content
        assert b"Older events" in page
        assert b"Became a customer" not in page
        page = office.get(address(ana, "?all=1")).content
        assert b"Older events" not in page
        assert b"Became a customer" in page

    def test_what_is_not_there_is_404(self, office):
        assert office.get(f"/office/customers/{uuid4()}/").status_code == 404


class TestChanges:
    def test_registers(self, office):
        response = office.post(
            "/office/customers/new/", {"email": "new@b.test", "name": "New Person"}
        )
        assert response.status_code == 302
        assert Customer.objects.get(email="new@b.test").name == "New Person"

    def test_says_whose_address_it_is(self, office, ana):
        response = office.post("/office/customers/new/", {"email": "ANA@b.test", "name": "X"})
        assert response.status_code == 422
        assert b"There is a customer with this e-mail address." in response.content

    def test_changes(self, office, ana):
        office.post(address(ana, "change/"), {"email": "ana@b.test", "name": "Ana B"})
        ana.refresh_from_db()
        assert ana.name == "Ana B"

    def test_refuses_another_address_for_who_signs_in(self, office, dana):
        customer = operations.customer_for_user(dana, at=timezone.now())
        response = office.post(
            address(customer, "change/"), {"email": "other@b.test", "name": "Dana"}
        )
        assert response.status_code == 422
        customer.refresh_from_db()
        assert customer.email == dana.email

    def test_keeps_a_note_once(self, office, ana, clara):
        office.post(address(ana, "notes/"), {"text": " Call back. "})
        note = Note.objects.get()
        assert (note.text, note.written_by) == ("Call back.", clara.name)

    def test_refuses_an_empty_note(self, office, ana):
        assert office.post(address(ana, "notes/"), {"text": " "}).status_code == 422
        assert not Note.objects.exists()

    def test_adds_and_removes_a_vehicle(self, office, ana):
        office.post(address(ana, "vehicles/"), {"plate": "xyz 9", "region": "qc"})
        vehicle = queries.vehicles_of(ana.pk)[-1]
        assert (vehicle.plate_text, vehicle.region) == ("XYZ 9", "QC")
        removal = address(ana, f"vehicles/{vehicle.reference}/removal/")
        assert office.get(removal).status_code == 405
        office.post(removal)
        assert [v.plate_key for v in queries.vehicles_of(ana.pk)] == ["ABC123"]
        assert office.post(removal).status_code == 404

    def test_a_vehicle_of_somebody_else_is_not_there(self, office, ana):
        eva = register("eva@b.test", "Eva")
        theirs = queries.vehicles_of(ana.pk)[0]
        assert office.post(address(eva, f"vehicles/{theirs.reference}/removal/")).status_code == 404

    def test_refuses_a_plate_of_punctuation(self, office, ana):
        response = office.post(address(ana, "vehicles/"), {"plate": "--"})
        assert response.status_code == 422
        assert b"at least one letter or digit" in response.content


class TestSearch:
    def test_opens_a_single_exact_hit(self, office, ana):
        response = office.get("/office/search/?q=ANA%40b.test")
        assert response.status_code == 302
        assert response["Location"] == address(ana)

    def test_lists_what_it_may_mean(self, office, ana):
        page = office.get("/office/search/?q=abc").content.decode()
        assert "Ana Berg" in page
        assert "Nothing found" in office.get("/office/search/?q=nosuch").content.decode()
        assert office.get("/office/search/").status_code == 200

    def test_puts_what_is_exact_first(self, harbor, monkeypatch):
        hits = [
            search.Hit("permit", "P-1", "", "/p/"),
            search.Hit("citation", "C-1", "", "/c/", True),
        ]
        monkeypatch.setattr(search, "_sources", [lambda text, *, limit: hits])
        assert [hit.title for hit in search.find("x")] == ["C-1", "P-1"]

    def test_an_officer_is_refused(self, site, bob):
        assert site.login_as(bob).get("/office/search/?q=a").status_code == 403


class TestHistory:
    def test_knows_who_held_a_plate_when(self, ana):
        now = timezone.now()
        vehicle = queries.vehicles_of(ana.pk)[0]
        operations.remove_vehicle(vehicle.pk, by=SYSTEM, at=now + timedelta(days=2))
        eva = register("eva@b.test", "Eva")
        operations.add_vehicle(
            customer_id=eva.pk, plate="ABC123", by=SYSTEM, at=now + timedelta(days=3)
        )
        day = timedelta(days=1)
        assert queries.holders_of("ABC123", at=now + day) == [ana]
        assert queries.holders_of("ABC123", at=now + 2.5 * day) == []
        assert queries.holders_of("ABC123", at=now + 4 * day) == [eva]
        assert queries.held_plates(ana.pk, at=now + day) == ["ABC123"]
        assert queries.held_plates(ana.pk, at=now + 3 * day) == []
