"""Events with passes for many visitors: lists, codes on a sheet, taken, withdrawn, charged."""

from datetime import timedelta

import pytest
import time_machine
from django.db import connection

from parkops.customers import operations as customers
from parkops.kernel.actors import SYSTEM
from parkops.kernel.decisions import NotFound, Refused
from parkops.messaging.models import Message
from payments.models import Charge
from permits import operations
from permits.models import EventPass, VisitorEvent
from permits.queries import rights_for
from permits.rules.event_lists import MOST, read_visitors
from permits.rules.plates import read_plates

HOUR = timedelta(hours=1)


def test_a_list_is_read_and_its_faults_named():
    read = read_visitors(
        "abc 1, Ana, ana@x.example\n\n, Bo, bo@x.example\nXYZ 2\ncy@x.example\nabc1\n?!\nA2, , no@x\n"
    )
    assert [(v.plate.key if v.plate else "", v.name, v.email) for v in read.visitors] == [
        ("ABC1", "Ana", "ana@x.example"),
        ("", "Bo", "bo@x.example"),
        ("XYZ2", "", ""),
        ("", "", "cy@x.example"),
    ]
    assert [fault.partition(":")[0] for fault in read.faults] == ["Line 6", "Line 7", "Line 8"]
    assert read_visitors("A1\n" * (MOST + 1)).visitors == ()


@pytest.fixture
def event(dana, now):
    """Tomorrow's event in LOT-B, two dollars a pass; LOT-B is enforced always."""
    payer = customers.customer_for_user(dana, at=now)
    paying = operations.open_department(
        name="Theatre", customer_id=payer.pk, zones=["METER"], by=SYSTEM, at=now
    )
    return operations.make_event(
        name="First night",
        department=str(paying.reference),
        zone_code="lot-b",
        starts_at=now + 24 * HOUR,
        ends_at=now + 30 * HOUR,
        price_minor=200,
        by=SYSTEM,
        at=now,
    )


@pytest.fixture
def give(event, now):
    """Give passes of the event: `give("ABC 1, Ana")`, `give(codes=2)`."""

    def make(text: str = "", *, codes: int = 0) -> list[EventPass]:
        visitors = read_visitors(text).visitors
        return operations.add_passes(
            str(event.reference), visitors=visitors, codes=codes, by=SYSTEM, at=now
        )

    return make


def holds(key: str, at) -> bool:
    return any(r.holds_now for r in rights_for(plate_key=key, zone_codes=["LOT-B"], at=at))


def take(code: str, text: str, at):
    return operations.take_event_pass(code, plate=read_plates([text])[0], at=at)


class TestPasses:
    def test_a_plate_of_the_list_parks_during_the_event_and_is_charged(self, give, event, now):
        give("ABC 1, Ana, ana@x.example\nXYZ 2")
        assert not holds("ABC1", now)
        assert holds("ABC1", now + 25 * HOUR)
        assert not holds("ABC1", now + 30 * HOUR)
        charge = Charge.objects.get(kind="fee")
        assert (charge.amount_minor, charge.tax_minor) == (432, 32)  # two passes and 8% tax
        assert Message.objects.get(event="session.stay_begun").to == "ana@x.example"

    def test_the_same_list_again_gives_nothing_new(self, give):
        give("ABC 1")
        with pytest.raises(Refused) as refused:
            give("abc1")
        assert refused.value.code == "nothing_new"
        assert Charge.objects.get(kind="fee").amount_minor == 216

    def test_a_code_is_taken_once_and_changed_until_the_event_begins(self, give, event, now):
        (free,) = give(", Bo, bo@x.example")
        assert f"/event/{free.code}/" in Message.objects.get(event="pass.event").text
        assert not Charge.objects.exclude(amount_minor=0).exists()
        take(free.code, "BO 1", now)
        take(free.code, "BO 1", now)
        take(free.code, "BO 2", now)
        during = event.starts_at + HOUR
        assert (holds("BO1", during), holds("BO2", during)) == (False, True)
        with pytest.raises(Refused) as refused:
            take(free.code, "BO 3", during)
        assert refused.value.code == "pass_taken"
        assert Charge.objects.get(kind="fee").amount_minor == 216

    def test_withdrawn_it_parks_nobody_and_costs_nothing(self, give, event, now):
        (first,) = give("ABC 1")
        for _ in range(2):
            operations.revoke_event_pass(first.code, by=SYSTEM, at=now)
        assert not holds("ABC1", event.starts_at + HOUR)
        assert Charge.objects.get(kind="fee").amount_minor == 0
        with pytest.raises(Refused) as refused:
            take(first.code, "ABC 1", now)
        assert refused.value.code == "pass_revoked"

    def test_not_once_the_event_is_over_nor_by_another_tenants_code(
        self, give, event, hillside, now
    ):
        (free,) = give(codes=1)
        with pytest.raises(Refused) as refused:
            take(free.code, "ABC 1", event.ends_at)
        assert refused.value.code == "event_over"
        connection.set_tenant(hillside)
        with pytest.raises(NotFound):
            take(free.code, "ABC 1", now)


class TestPages:
    @pytest.fixture(autouse=True)
    def _at(self, now, monkeypatch):
        monkeypatch.setattr("parkops.api.limits.allow", lambda *_, **__: True)
        with time_machine.travel(now, tick=False):
            yield

    def test_the_office_makes_an_event_and_gives_passes(self, site, clara, otto, event):
        site.login_as(clara)
        asked = {"name": "Gala", "department": str(event.department.reference), "zone": "LOT-B"}
        asked |= {"day": "2026-11-12", "from_time": "18:00", "until_time": "01:00", "price": "3"}
        bad = site.post("/office/visitor-events/new/", {**asked, "day": "2026-11-01"})
        assert bad.status_code == 422
        made = site.post("/office/visitor-events/new/", asked)
        gala = VisitorEvent.objects.get(name="Gala")
        assert (gala.ends_at - gala.starts_at, gala.price_minor) == (7 * HOUR, 300)
        assert site.post(made.url, {"visitors": "", "codes": ""}).status_code == 422
        bad = site.post(made.url, {"visitors": "A1\n?!", "codes": "2"})
        assert b"Line 2" in bad.content
        assert not gala.passes.exists()
        site.post(made.url, {"visitors": "A1, Ana", "codes": "2"})
        assert gala.passes.count() == 3
        shown = site.get(made.url).content
        assert b"Ana" in shown
        assert b"Gala" in site.get("/office/visitor-events/").content
        assert site.get(f"{made.url}passes.pdf").content.startswith(b"%PDF")
        file = b"".join(site.get(f"{made.url}passes.csv").streaming_content).decode()
        assert [line.split(",")[1] for line in file.splitlines()[1:]] == ["Taken", "Free", "Free"]
        assert file.count(",3.00,USD") == 1
        code = gala.passes.filter(stay=None).first().code
        site.post(f"{made.url}withdrawal/", {"code": code})
        assert gala.passes.exclude(revoked_at=None).count() == 1
        assert site.post(f"{made.url}withdrawal/", {"code": "X"}).status_code == 404
        site.login_as(otto)
        assert site.get("/office/visitor-events/new/").status_code == 403
        assert site.post(made.url, {"codes": "2"}).status_code == 403
        assert gala.passes.count() == 3

    def test_a_visitor_takes_a_pass_without_an_account(self, site, other_site, give):
        (free,) = give(codes=1)
        url = f"/event/{free.code}/"
        assert b"Park at First night" in site.get(url).content
        assert site.post(url, {"plate": "", "region": ""}).status_code == 422
        shown = site.post(url, {"plate": "bo 1", "region": ""}, follow=True).content
        assert b"You may park." in shown
        assert other_site.get(url).status_code == 404
        operations.revoke_event_pass(free.code, by=SYSTEM, at=free.created_at)
        assert b"has been withdrawn" in site.get(url).content
