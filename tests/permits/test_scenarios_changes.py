"""Scenario G14 of the product's list: what the register of vehicles says of a plate, and the file."""

import pytest

from parkops.customers import operations as customers
from parkops.customers.models import RegisterEntry, Vehicle
from parkops.customers.register import reading
from parkops.kernel.actors import SYSTEM, Actor
from parkops.kernel.decisions import Refused
from parkops.programme.schema import Registry
from payments import operations as payments
from payments import queries as charges
from permits import operations
from permits.models import Permit
from permits.rules import registry
from permits.rules.plates import read_plates
from tests.seed import PROGRAMMES

FILE = b"""\
plate,region,keeper,make,model,fuel,co2,euro,status
ABC 123,,Ana,Volvo,V60,electric,0,,registered
OLD 1,,Ana,Saab,900,petrol,240,2,decommissioned
HIS 22,,Ben,Fiat,500,diesel,119,6,registered
"""
KNOWN = {row.plate_key: row for row in reading.read(FILE)}
ANA = {"name": "Ana", "email": "ana@example.test", "external_id": "7"}
RULE = Registry(source="file")
STRICT = Registry(source="file", refuse=("unknown",))


@pytest.mark.parametrize(
    ("rule", "plate", "code"),
    [
        pytest.param(RULE, "abc-123", "", id="G14-hers"),
        pytest.param(RULE, "OLD1", "vehicle_decommissioned", id="G14-decommissioned"),
        pytest.param(RULE, "HIS22", "vehicle_not_yours", id="G14-not-yours"),
        pytest.param(RULE, "NEW 1", "", id="G14-unknown"),
        pytest.param(STRICT, "NEW 1", "vehicle_unknown", id="G14-unknown-and-refused"),
        pytest.param(STRICT, "OLD1", "", id="G14-only-what-is-asked"),
    ],
)
def test_a_plate_is_let_in_or_not(rule, plate, code):
    told = registry.may_list(rule, read_plates([plate]), KNOWN, **ANA)
    assert told.code == code
    assert "Ben" not in told.reason
    assert told.field == ("vehicles.0.plate" if code else "")


@pytest.mark.parametrize(
    ("keeper", "is_hers"),
    [
        ("", True),
        ("LEE, Ana", True),
        ("ana lee", True),
        ("Ana", False),
        ("ANA@EXAMPLE.TEST", True),
        ("7", True),
        ("77", False),
    ],
)
def test_who_a_keeper_is(keeper, is_hers):
    entry = reading.Registered("ABC123", keeper=keeper)
    assert entry.is_of(name="Ana Lee", email="ana@example.test", external_id="7") is is_hers


@pytest.mark.parametrize(
    ("line", "column"),
    [
        ("--,,,,,,,,registered", "plate"),
        ("ABC1,,,,,,,,scrapped", "status"),
        ("ABC1,,,,,,12g,,registered", "co2"),
        ("ABC1,,,,,,9999,,registered", "co2"),
        ("ABC1,,,,,,,-1,registered", "euro"),
        (f"ABC1,,{'x' * 201},,,,,,registered", "keeper"),
        ("abc-123,,,,,,,,registered", "plate"),
    ],
)
def test_a_line_with_a_fault_is_named(line, column):
    faults = [row for row in reading.read(FILE + line.encode()) if isinstance(row, reading.Fault)]
    assert [(fault.line, fault.column) for fault in faults] == [(5, column)]


def test_a_file_without_the_columns_is_refused():
    with pytest.raises(Refused, match="names no column status"):
        list(reading.read(b"plate,keeper\nABC,Ana\n"))


@pytest.mark.django_db
class TestAtASale:
    @pytest.fixture(autouse=True)
    def _asked(self, apply_programme, now):
        text = (PROGRAMMES / "harbor.yaml").read_text() + "registry: {source: file}\n"
        apply_programme(text, at=now)
        customers.load_register(FILE, name="r.csv", by=SYSTEM, at=now)

    def test_g14_a_refusal_sells_and_charges_nothing(self, person, hold, now):
        ana = person("ana")
        for plate, word in (("OLD 1", "decommissioned"), ("HIS 22", "another keeper")):
            with pytest.raises(Refused, match=word):
                hold(ana, "MONTH", plate)
        assert not Permit.objects.exists()
        assert charges.open_charges(customer_id=ana.pk, at=now) == []

    def test_what_it_knows_sets_the_price_and_fills_the_vehicle(self, person, hold):
        permit = hold(person("ana"), "MONTH", ("ABC 123", "", "diesel"))
        assert permit.net_minor == 2500  # electric, whatever was typed
        vehicle = Vehicle.objects.get()
        assert (vehicle.make, vehicle.model, vehicle.fuel, vehicle.co2) == (
            "Volvo",
            "V60",
            "electric",
            0,
        )

    def test_g14_at_the_payment_too(self, person, hold, now):
        permit = hold(person("ana"), "MONTH", "ABC 123")
        later = FILE.replace(b"0,,registered", b"0,,decommissioned")
        customers.load_register(later, name="r2.csv", by=SYSTEM, at=now)
        charge = charges.charge_of("permit", permit.number)
        with pytest.raises(Refused, match="decommissioned"):
            payments.take_payment(
                charge_ids=[charge.id], method="cash", amount=charge.balance, by=SYSTEM, at=now
            )
        assert charges.charge_of("permit", permit.number).paid.minor == 0

    def test_a_plate_put_on_later_is_looked_up_but_staff_see_papers(self, person, sell, now):
        permit = sell(person("ana"), "MONTH", "ABC 123")
        wanted = read_plates(["ABC 123", "HIS 22"])
        with pytest.raises(Refused, match="another keeper"):
            operations.change_vehicles(
                permit.number, wanted=wanted, by=Actor("customer", "1", "Ana"), at=now
            )
        operations.change_vehicles(
            permit.number, wanted=wanted, by=Actor("staff", "1", "Clara"), at=now
        )
        assert permit.plates.count() == 2

    def test_a_faulty_file_changes_nothing(self, now):
        with pytest.raises(Refused, match="Line 3, status"):
            customers.load_register(
                b"plate,status\nNEW 1,registered\nNEW 2,gone\n", name="r", by=SYSTEM, at=now
            )
        assert RegisterEntry.objects.count() == 3

    def test_the_office_loads_one_and_others_only_look(self, site, alice, otto, bob):
        from django.core.files.uploadedfile import SimpleUploadedFile

        def file(content):
            return {"file": SimpleUploadedFile("reg.csv", content)}

        site.login_as(alice)
        assert "kept by somebody else" in site.get("/office/vehicle-register/").content.decode()
        done = site.post("/office/vehicle-register/load/", file(b"plate,status\nX 1,registered\n"))
        assert done.status_code == 302
        assert "reg.csv" in site.get("/office/vehicle-register/").content.decode()
        wrong = site.post("/office/vehicle-register/load/", file(b"plate,status\nX 1,gone\n"))
        assert (wrong.status_code, b"Line 2, status" in wrong.content) == (422, True)
        site.login_as(otto)
        assert b"Load the register" not in site.get("/office/vehicle-register/").content
        assert site.post("/office/vehicle-register/load/", {}).status_code == 403
        assert site.login_as(bob).get("/office/vehicle-register/").status_code == 403
        assert RegisterEntry.objects.count() == 1
