"""What a customer sees and changes of what is theirs."""

import pytest
from django.utils import timezone

from parkops.customers import operations, queries
from parkops.customers.models import Customer
from parkops.kernel.actors import SYSTEM


@pytest.fixture
def mine(site, dana):
    return site.login_as(dana)


class TestMyPages:
    @pytest.mark.parametrize("path", ["", "vehicles/new/", "profile/"])
    def test_ask_a_visitor_to_sign_in(self, site, path):
        response = site.get(f"/my/{path}")
        assert response.status_code == 302
        assert response["Location"] == f"/account/login/?next=/my/{path}"

    def test_begin_a_customer_once(self, mine, dana):
        assert mine.get("/my/").status_code == 200
        assert mine.get("/my/").status_code == 200
        assert Customer.objects.get().user_id == dana.pk

    def test_find_the_customer_whom_the_office_registered(self, mine, dana):
        known = operations.register_customer(
            email=dana.email.upper(), name="Dana", by=SYSTEM, at=timezone.now()
        )
        mine.get("/my/")
        known.refresh_from_db()
        assert known.user_id == dana.pk
        assert Customer.objects.count() == 1

    def test_add_and_remove_a_vehicle(self, mine):
        assert mine.get("/my/vehicles/new/").status_code == 200
        mine.post("/my/vehicles/new/", {"plate": "abc 123", "fuel": "electric"})
        vehicle = queries.vehicles_of(Customer.objects.get().pk)[0]
        assert (vehicle.plate_text, vehicle.fuel) == ("ABC 123", "electric")
        assert b"ABC 123" in mine.get("/my/").content
        removal = f"/my/vehicles/{vehicle.reference}/removal/"
        assert mine.get(removal).status_code == 200
        assert queries.vehicles_of(vehicle.customer_id)
        mine.post(removal)
        assert not queries.vehicles_of(vehicle.customer_id)

    def test_refuse_a_plate_that_is_none(self, mine):
        assert mine.post("/my/vehicles/new/", {"plate": "!!"}).status_code == 422

    def test_do_not_show_another_customers_vehicle(self, mine):
        eva = operations.register_customer(
            email="eva@b.test", name="Eva", by=SYSTEM, at=timezone.now()
        )
        theirs = operations.add_vehicle(
            customer_id=eva.pk, plate="EVA 1", by=SYSTEM, at=timezone.now()
        )
        removal = f"/my/vehicles/{theirs.reference}/removal/"
        assert mine.get(removal).status_code == 404
        assert mine.post(removal).status_code == 404
        assert queries.vehicles_of(eva.pk)

    def test_keep_name_and_phone_and_nothing_else(self, mine, dana):
        mine.post("/my/profile/", {"name": "Dana D", "phone": "555", "audiences": ["STAFF"]})
        customer = Customer.objects.get()
        assert (customer.name, customer.phone, customer.audiences) == ("Dana D", "555", [])
