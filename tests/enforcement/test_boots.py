"""A vehicle is booted, towed, paid for and let go: by operations, by the API and by the pages."""

import io
from datetime import timedelta
from uuid import uuid4

import pytest
import time_machine
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from PIL import Image

from enforcement import tasks
from enforcement.models import BootCase, BootNotice, Citation, HotlistEntry
from enforcement.operations import boot_cases as booting
from enforcement.operations import citations, releases, tows
from enforcement.operations.boot_cases import Spot
from enforcement.operations.citations import Draft
from enforcement.queries import boot_cases as casing
from enforcement.queries import boots
from enforcement.rules.holding import State
from parkops.customers import operations as customers
from parkops.kernel.actors import SYSTEM, Actor
from parkops.kernel.decisions import Conflict, Refused
from parkops.messaging.models import Message
from payments import operations as payments
from payments import queries as charges
from payments.models import Charge, LedgerEntry
from tests.conftest import Site
from tests.enforcement.conftest import NOW
from tests.enforcement.test_operations import at_once

PLATE = "ABC 123"
OFFICER = Actor("staff", "7", "Bob Officer")


def issue(days_ago: int, plate: str = PLATE, **more) -> Citation:
    given = {"violation": "NO-PERMIT", "zone": "LOT-A", "region": ""} | more
    draft = Draft(client_id=uuid4(), plate=plate, issued_at=NOW - timedelta(days=days_ago), **given)
    return citations.issue_citation(draft, by=SYSTEM, at=NOW).citation


def owing(plate: str = PLATE, *, notice_days: int | None = 11) -> list[Citation]:
    """A vehicle with three old citations, its owner told so long ago."""
    cited = [issue(days, plate) for days in (40, 38, 36)]
    if notice_days is not None:
        sent_at = NOW - timedelta(days=notice_days)
        BootNotice.objects.create(plate_key=plate.replace(" ", ""), sent_at=sent_at, sent_to="x")
    return cited


def boot(plate: str = PLATE, at=NOW, **more) -> BootCase:
    return booting.boot_vehicle(plate=plate, by=OFFICER, at=at, **more)


def pay(*kinds: str, number: str = "", plate_key: str = "ABC123", at=NOW):
    """Pay everything on the plate, or only charges of these kinds."""
    rows = charges.open_charges(plate_keys=[plate_key], at=at)
    ids = [row.id for row in rows if not kinds or row.kind in kinds]
    return payments.take_payment(charge_ids=ids, method="cash", by=SYSTEM, at=at)


def state(case: BootCase) -> State:
    return casing.state_of(casing.case(case.number))


@pytest.mark.usefixtures("harbor")
class TestOrder:
    def test_needs_debts_and_a_notice_that_has_run(self):
        with pytest.raises(Conflict, match="Nothing is owed"):
            booting.order_boot(plate=PLATE, by=OFFICER, at=NOW)
        owing(notice_days=9)
        with pytest.raises(Conflict, match="not to be booted before"):
            booting.order_boot(plate=PLATE, by=OFFICER, at=NOW)
        case = booting.order_boot(plate=PLATE, by=OFFICER, at=NOW + timedelta(days=1))
        assert state(case) is State.ORDERED
        assert case.because == "3 unpaid citations, 410.00."
        assert boots.bootable(at=NOW + timedelta(days=1)) == []

    def test_a_vehicle_has_one_open_case(self):
        owing()
        case = booting.order_boot(plate=PLATE, by=OFFICER, at=NOW)
        with pytest.raises(Conflict, match=case.number):
            booting.order_boot(plate="abc-123", by=OFFICER, at=NOW)
        booting.cancel_order(case.number, reason="left the lot", by=OFFICER, at=NOW)
        assert booting.order_boot(plate=PLATE, by=OFFICER, at=NOW).number != case.number

    def test_a_region_written_another_way_is_the_same_vehicle(self):
        for days in (40, 38):
            issue(days, region="ON")
        issue(36, region="on")
        booting.leave_notice(plate=PLATE, region="On", by=OFFICER, at=NOW - timedelta(days=11))
        (row,) = boots.bootable(at=NOW)
        assert row.arrears.count == 3
        case = booting.order_boot(plate=PLATE, region="ON", by=OFFICER, at=NOW)
        with pytest.raises(Conflict, match=case.number):
            booting.order_boot(plate=PLATE, region="on ", by=OFFICER, at=NOW)
        assert boots.bootable(at=NOW) == []

    def test_who_was_told_of_another_regions_vehicle_was_told_of_that_one_alone(self):
        """Two owners have the same letters on their plates, in two regions."""
        for days in (40, 38, 36):
            issue(days, region="ON")
            issue(days, region="QC")
        first = booting.leave_notice(
            plate=PLATE, region="ON", by=OFFICER, at=NOW - timedelta(days=11)
        )
        assert [row.region for row in boots.bootable(at=NOW)] == ["ON"]
        with pytest.raises(Conflict, match="no notice sent"):
            booting.order_boot(plate=PLATE, region="QC", by=OFFICER, at=NOW)
        assert booting.leave_notice(plate=PLATE, region="QC", by=OFFICER, at=NOW) != first

    def test_a_notice_left_on_the_vehicle_counts_and_is_kept_once(self):
        owing(notice_days=None)
        left = booting.leave_notice(plate=PLATE, by=OFFICER, at=NOW - timedelta(days=11))
        assert booting.leave_notice(plate=PLATE, by=OFFICER, at=NOW) == left
        assert [row.plate_key for row in boots.bootable(at=NOW)] == ["ABC123"]
        with pytest.raises(Conflict, match="does not owe enough"):
            booting.leave_notice(plate="XYZ 9", by=OFFICER, at=NOW)

    def test_paid_meanwhile_it_is_cancelled_and_not_put_on(self):
        owing()
        case = booting.order_boot(plate=PLATE, by=OFFICER, at=NOW)
        pay()
        case.refresh_from_db()
        assert (
            case.cancelled_because
            == "Nothing is owed on this vehicle that a boot could be put on for."
        )
        with pytest.raises(Conflict, match="This order is over"):
            booting.apply_boot(case.number, by=OFFICER, at=NOW)


@pytest.mark.usefixtures("harbor")
class TestBoot:
    def test_is_charged_once_and_seen_by_every_officer(self):
        owing()
        booting.add_device("K-7", release_code="4711", store="Depot", by=SYSTEM, at=NOW)
        case = boot(device="k-7", spot=Spot("lot-a", "bay 12", 40.7, -74.0))
        assert (case.zone_code, case.device.number) == ("LOT-A", "K-7")
        fee = charges.charge_of("boot", case.number)
        assert (fee.amount.amount, fee.plate_key) == ("100.00", "ABC123")
        assert HotlistEntry.objects.get().kind == "booted"
        with pytest.raises(Conflict, match="booted already"):
            boot()
        assert Charge.objects.filter(kind="boot").count() == 1

    def test_a_boot_is_on_one_wheel(self):
        owing()
        owing("XYZ 9")
        booting.add_device("K-7", by=SYSTEM, at=NOW)
        case = boot(device="K-7")
        with pytest.raises(Refused, match=f"is on ABC 123, case {case.number}"):
            boot("XYZ 9", device="K-7")
        with pytest.raises(Refused, match="We own no boot K-8"):
            boot("XYZ 9", device="K-8")
        with pytest.raises(Conflict, match="on a wheel"):
            booting.withdraw_device("K-7", reason="broken", by=SYSTEM, at=NOW)
        other = boot("XYZ 9")
        with pytest.raises(IntegrityError), transaction.atomic():
            BootCase.objects.filter(pk=other.pk).update(device=case.device)

    def test_the_owner_is_told(self, dana):
        owner = customers.customer_for_user(dana, at=NOW - timedelta(days=90))
        customers.add_vehicle(
            customer_id=owner.pk, plate=PLATE, by=SYSTEM, at=NOW - timedelta(days=90)
        )
        owing()
        boot()
        pay()
        events = list(Message.objects.order_by("pk").values_list("event", flat=True))
        assert [e for e in events if e.startswith("citation.")] == [
            "citation.booted",
            "citation.released",
        ]
        assert "/boots/" in Message.objects.get(event="citation.released").text


@pytest.mark.usefixtures("harbor")
class TestRelease:
    def test_comes_with_the_last_payment_and_not_before(self):
        cited = owing()
        case = boot()
        pay("boot")
        assert state(case) is State.BOOTED
        pay("citation")
        case.refresh_from_db()
        assert state(case) is State.RELEASED
        assert case.released_because == releases.PAID
        assert HotlistEntry.objects.get().removed_at == NOW
        assert all(c.settled_at for c in Citation.objects.filter(pk__in=[c.pk for c in cited]))

    def test_a_voided_last_debt_lets_it_go_too(self):
        first, second, third = owing()
        case = boot()
        pay("boot")
        for citation in (first, second, third):
            citations.void_citation(citation.number, reason="wrong car", by=SYSTEM, at=NOW)
        assert state(case) is State.RELEASED

    def test_by_hand_it_needs_a_reason_and_the_fees_may_be_taken_back(self):
        owing()
        case = boot()
        with pytest.raises(Conflict, match="510.00 is still owed"):
            releases.release_vehicle(case.number, by=OFFICER, at=NOW)
        told = {"reason": "booted by mistake", "waive": True, "by": OFFICER, "at": NOW}
        releases.release_vehicle(case.number, **told)
        assert releases.release_vehicle(case.number, **told).released_because == told["reason"]
        assert charges.charge_of("boot", case.number).amount.minor == 0
        assert len(boots.owing_of("ABC123", "", at=NOW)) == 3

    def test_ends_once_and_only_when_released(self):
        owing()
        case = boot()
        with pytest.raises(Conflict, match="not released yet"):
            releases.end_case(case.number, by=OFFICER, at=NOW)
        pay()
        ended = releases.end_case(case.number, by=OFFICER, at=NOW)
        later = releases.end_case(case.number, by=SYSTEM, at=NOW + timedelta(hours=1))
        assert (later.ended_at, later.ended_by) == (ended.ended_at, OFFICER.name)

    def test_a_check_that_bounces_later_is_owed_and_does_not_boot_again(self):
        owing()
        case = boot()
        rows = charges.open_charges(plate_keys=["ABC123"], at=NOW)
        paid = payments.take_payment(
            charge_ids=[row.id for row in rows], method="cheque", by=SYSTEM, at=NOW
        )
        payments.bounce_payment(paid.number, by=SYSTEM, at=NOW)
        assert state(case) is State.RELEASED
        assert len(boots.owing_of("ABC123", "", at=NOW)) == 3


@pytest.mark.usefixtures("harbor")
class TestTow:
    def test_three_days_after_the_boot_with_storage_by_the_local_day(self):
        owing()
        booting.add_device("K-7", by=SYSTEM, at=NOW)
        case = boot(device="K-7")
        with pytest.raises(Conflict, match="may be towed from 13 November"):
            tows.tow_vehicle(plate=PLATE, by=OFFICER, at=NOW + timedelta(days=2))
        towed_at = NOW + timedelta(days=3)
        tows.tow_vehicle(plate=PLATE, lot="Dock 3", by=OFFICER, at=towed_at)
        assert casing.free_devices()[0].number == "K-7"
        amounts = {
            kind: charges.charge_of(kind, case.number, at=towed_at).amount.amount
            for kind in ("boot", "tow", "storage")
        }
        assert amounts == {"boot": "100.00", "tow": "185.00", "storage": "30.00"}
        # Four days later, however often the job runs: five local days.
        later = towed_at + timedelta(days=4)
        assert [tows.accrue_storage(at=later) for _ in range(3)] == [1, 0, 0]
        assert charges.charge_of("storage", case.number).amount.amount == "150.00"
        assert tows.accrue_storage(at=towed_at) == 0
        earned = LedgerEntry.objects.filter(charge__kind="storage", account_id="4200")
        assert -sum(entry.amount_minor for entry in earned) == 15_000
        assert not LedgerEntry.objects.filter(charge__kind="storage", account_id="4110").exists()

    def test_the_price_is_right_without_the_job_and_stops_with_the_release(self):
        owing()
        case = boot()
        tows.tow_vehicle(plate=PLATE, lot="Dock 3", by=OFFICER, at=NOW + timedelta(days=3))
        later = NOW + timedelta(days=5)
        assert charges.charge_of("storage", case.number, at=later).balance.amount == "90.00"
        pay(at=later)
        assert state(case) is State.RELEASED
        much_later = NOW + timedelta(days=50)
        tows.accrue_storage(at=much_later)
        assert casing.now(casing.case(case.number), at=much_later).owed.minor == 0

    def test_storage_paid_early_runs_on_until_all_is_paid(self):
        owing()
        case = boot()
        tows.tow_vehicle(plate=PLATE, lot="Dock 3", by=OFFICER, at=NOW + timedelta(days=3))
        pay("boot", "tow", "storage", at=NOW + timedelta(days=3))
        pay("citation", at=NOW + timedelta(days=5))
        assert state(case) is State.TOWED
        assert charges.charge_of("storage", case.number).balance.amount == "60.00"
        pay(at=NOW + timedelta(days=5))
        assert state(case) is State.RELEASED

    def test_at_once_for_a_citation_that_tows_without_a_boot(self):
        issue(0)
        case = tows.tow_vehicle(plate=PLATE, lot="Dock 3", by=OFFICER, at=NOW)
        assert charges.charge_of("boot", case.number) is None
        with pytest.raises(Conflict, match="towed already"):
            tows.tow_vehicle(plate=PLATE, lot="Dock 3", by=OFFICER, at=NOW)
        with pytest.raises(Conflict, match="neither booted nor cited"):
            tows.tow_vehicle(plate="XYZ 9", lot="Dock 3", by=OFFICER, at=NOW)

    def test_the_hourly_task_lets_storage_run_up(self, time_at):
        issue(0)
        case = tows.tow_vehicle(plate=PLATE, lot="Dock 3", by=OFFICER, at=NOW)
        with time_at(days=1):
            tasks.advance_citations.run.__wrapped__()
        assert charges.charge_of("storage", case.number).amount.amount == "60.00"


class TestAtTheSameTime:
    def test_paying_and_towing_end_in_one_truth(self, own_database):
        owing()
        case = boot()
        at = NOW + timedelta(days=3)
        # What is owed is read before both: who reads it after the tow pays the tow too.
        owed = [row.id for row in charges.open_charges(plate_keys=["ABC123"], at=at)]

        def tow():
            return tows.tow_vehicle(plate=PLATE, lot="Dock 3", by=OFFICER, at=at)

        def pay_it():
            return payments.take_payment(charge_ids=owed, method="cash", by=SYSTEM, at=at)

        paid, towed = at_once(own_database, pay_it, tow)
        case.refresh_from_db()
        if isinstance(towed, Conflict):
            assert (state(case), case.towed_at) == (State.RELEASED, None)
            assert not Charge.objects.filter(kind="tow").exists()
        else:
            # The tow came first: its fees are owed and hold the vehicle.
            assert state(case) is State.TOWED
            assert {row.kind for row in charges.open_charges(plate_keys=["ABC123"], at=at)} == {
                "tow",
                "storage",
            }
        assert not isinstance(paid, Exception)

    def test_two_halves_paid_at_once_release_it_once(self, own_database):
        owing()
        case = boot()
        results = at_once(own_database, lambda: pay("boot"), lambda: pay("citation"))
        assert not [one for one in results if isinstance(one, Exception)]
        assert state(case) is State.RELEASED

    def test_a_plate_is_booted_once(self, own_database):
        owing()
        results = at_once(own_database, boot, boot, boot)
        refused = [one for one in results if isinstance(one, Exception)]
        assert {type(one) for one in refused} == {Conflict}
        assert len(refused) == 2
        assert Charge.objects.filter(kind="boot").count() == 1


class TestApi:
    @pytest.fixture
    def call(self, site, token):
        header = token("admin")

        def send(method: str, path: str, body=None, status: int = 200):
            told = {} if body is None else {"data": body, "content_type": "application/json"}
            ask = getattr(site, method)
            answer = ask(f"/api/v1{path}", headers=header, **told)
            assert answer.status_code == status, answer.content
            return answer.json()

        with time_machine.travel(NOW, tick=False):
            yield send

    def test_a_boot_is_released_by_payment(self, call):
        owing()
        (row,) = call("get", "/boot-list")["items"]
        assert row["plate_key"] == "ABC123"
        made = call("post", "/vehicles/ABC123/boot", {"zone": "LOT-A"}, 201)
        assert (made["status"], made["owed"]["amount"]) == ("booted", "510.00")
        assert call("get", "/boot-list")["items"] == []
        asked = {"plate": PLATE, "zone": "LOT-A"}
        alerts = call("post", "/plate-checks", asked)["alerts"]
        assert [alert["kind"] for alert in alerts] == ["booted"]
        assert call("post", "/vehicles/ABC123/boot", {}, 409)["code"] == "held_already"
        refused = call("post", "/vehicles/ABC123/boot-release", {}, 409)
        assert refused["code"] == "still_owed"
        owed = call("get", "/charges?plate=ABC123&open=true")["items"]
        assert sorted(charge["kind"] for charge in owed) == ["boot", *["citation"] * 3]
        ids = [charge["id"] for charge in owed]
        call("post", "/payments", {"charges": ids, "method": "cash"}, 201)
        (case,) = call("get", "/boot-cases?state=released")["items"]
        assert (case["number"], case["owed"]["amount"]) == (made["number"], "0.00")
        assert call("post", "/plate-checks", asked)["alerts"] == []
        off = call("post", "/vehicles/ABC123/boot-release", {})
        assert off["status"] == "ended"
        assert call("post", "/vehicles/ABC123/boot-release", {}) == off

    def test_an_order_is_put_on_by_the_next_call(self, call):
        owing()
        made = call("post", "/vehicles/ABC123/boot", {"order_only": True}, 201)
        assert made["status"] == "ordered"
        again = call("post", "/vehicles/ABC123/boot", {}, 201)
        assert (again["number"], again["status"]) == (made["number"], "booted")

    def test_a_tow_and_its_release(self, call):
        issue(0)
        body = {"lot": "Dock 3"}
        towed = call("post", "/vehicles/ABC123/tow", body, 201)
        assert (towed["status"], towed["storage_days"], towed["lot"]) == ("towed", 1, "Dock 3")
        assert call("post", "/vehicles/ABC123/boot-release", {}, 409)["code"] == "other_hold"
        gone = call("post", "/vehicles/ABC123/tow-release", {"reason": "police took it"})
        assert (gone["status"], gone["released_because"]) == ("ended", "police took it")

    def test_what_may_not_be_says_why(self, call):
        assert call("post", "/vehicles/XYZ9/boot", {}, 409)["code"] == "not_bootable"
        assert call("post", "/vehicles/XYZ9/tow", {}, 409)["code"] == "not_towable"
        assert call("post", "/vehicles/XYZ9/tow-release", {}, 404)["code"] == "not_found"
        owing()
        unknown = call("post", "/vehicles/ABC123/boot", {"boot": "K-9"}, 422)
        assert unknown["errors"][0]["field"] == "boot"

    def test_b23_a_valid_permit_and_the_alert_of_the_boot_list(self, call):
        """B23: allowed, plus the alert of what is unpaid."""
        ada = {"email": "ada@person.test", "name": "Ada", "audiences": ["STAFF"]}
        customer = call("post", "/customers", ada, 201)["id"]
        wish = {"permit_type": "STAFF-YEAR", "customer": customer, "vehicles": [PLATE]}
        sold = call("post", "/permits", wish, 201)
        call("post", "/payments", {"charges": [sold["charge"]["id"]], "method": "cash"}, 201)
        owing()
        answer = call("post", "/plate-checks", {"plate": PLATE, "zone": "LOT-A"})
        assert answer["verdict"] == "authorized"
        assert [(a["kind"], a["text"]) for a in answer["alerts"]] == [
            ("boot", "3 unpaid citations, 410.00")
        ]


def picture() -> io.BytesIO:
    out = io.BytesIO()
    Image.new("RGB", (8, 6), "teal").save(out, "JPEG")
    out.seek(0)
    out.name = "wheel.jpg"
    return out


class TestPages:
    @pytest.fixture(autouse=True)
    def _now(self, harbor):
        with time_machine.travel(NOW, tick=False):
            yield

    def test_the_office_orders_boots_tows_and_lets_go(self, site, alice):
        site.login_as(alice)
        owing()
        assert b"3 unpaid citations, 410.00" in site.get("/office/boots/").content
        site.post("/office/boots/inventory/", {"act": "add", "number": "K-7", "store": "Depot"})
        ordered = site.post("/office/boots/order/", {"plate": PLATE, "region": ""})
        path = ordered.url
        answer = site.post(
            path, {"act": "apply", "apply-device": "K-7", "apply-photos": [picture()]}
        )
        assert answer.status_code == 302, answer.content
        case = BootCase.objects.get()
        assert site.get(f"{path}photos/{case.photos.get().reference}/").status_code == 200
        assert b"K-7" in site.get("/office/boots/?state=booted").content
        assert b"On a wheel" in site.get("/office/boots/inventory/").content
        early = site.post(path, {"act": "tow", "tow-lot": "Dock 3"})
        assert early.status_code == 422
        assert b"booted too lately" in early.content
        empty = site.post(path, {"act": "release", "release-reason": ""})
        assert b"Say why it may go." in empty.content
        site.post(path, {"act": "release", "release-reason": "a mistake"})
        letter = site.get(f"{path}letter/")
        assert letter["Content-Type"] == "application/pdf"
        site.post(path, {"act": "end"})
        assert state(case) is State.ENDED
        shown = site.get(path).content
        assert b"Boot put on" in shown
        assert b"a mistake" in shown

    def test_a_letter_that_no_text_can_hold_is_left_out_of_a_form(self, site, alice):
        site.login_as(alice)
        sent = {"act": "withdraw", "device": "no\x00ne", "reason": "lost"}
        answer = site.post("/office/boots/inventory/", sent)
        assert (answer.status_code, "none" in answer.content.decode()) == (422, True)

    def test_roles_do_their_own(self, site, rita, otto, clara):
        owing()
        case = boot()
        path = f"/office/boots/{case.number}/"
        release = {"act": "release", "release-reason": "x"}
        assert site.login_as(clara).post(path, release).status_code == 403
        assert site.login_as(otto).post(path, release).status_code == 403
        assert site.login_as(otto).get(path).status_code == 200
        assert site.post("/office/boots/inventory/", {"number": "K-1"}).status_code == 403
        assert site.login_as(rita).post(path, {"act": "tow", "tow-lot": "x"}).status_code == 403
        assert site.login_as(rita).post(path, release).status_code == 302

    def test_the_officer_orders_by_a_tap_and_boots_at_the_kerb(self, site, bob):
        site.login_as(bob)
        owing()
        assert b"Order a boot" in site.get("/field/boots/").content
        ordered = site.post("/field/boots/", {"plate": PLATE, "region": "", "act": "order"})
        on = site.post(ordered.url, {"device": "", "place": "bay 12", "photos": [picture()]})
        assert on.status_code == 302, on.content
        pay()
        assert b"Take off" in site.get("/field/boots/").content
        site.post(ordered.url, {"act": "end"})
        assert state(BootCase.objects.get()) is State.ENDED

    def test_the_officer_is_told_when_it_was_paid_meanwhile(self, site, bob):
        site.login_as(bob)
        owing()
        case = booting.order_boot(plate=PLATE, by=OFFICER, at=NOW)
        BootNotice.objects.update(sent_at=NOW)
        shown = site.get(f"/field/boots/{case.number}/").content
        assert b"Do not boot it." in shown
        refused = site.post(f"/field/boots/{case.number}/", {"device": "", "place": ""})
        assert refused.status_code == 422
        assert b"not to be booted before" in refused.content

    def test_the_owner_finds_pays_and_is_told_the_code(self, site):
        owing()
        booting.add_device("K-7", release_code="4711", by=SYSTEM, at=NOW)
        case = boot(device="K-7")
        wrong = site.post("/boots/", {"number": case.number, "plate": "XYZ 9"})
        assert wrong.status_code == 422
        found = site.post("/boots/", {"number": case.number, "plate": "abc-123"})
        before = site.get(found.url).content.decode()
        assert "$510.00" in before
        assert "4711" not in before
        assert site.get(f"{found.url}letter/")["Content-Disposition"].count("sticker") == 1
        paying = site.get(before.split('href="/pay/')[1].split('"')[0].join(["/pay/", ""]))
        assert paying.content.decode().count("Citation C-") >= 3
        pay()
        after = site.get(found.url).content.decode()
        assert "4711" in after
        assert site.get(f"{found.url}letter/")["Content-Disposition"].count("release") == 1
        assert site.get("/boots/nobody/").status_code == 404

    def test_another_tenants_case_is_not_there(self, harbor, other_site, charlie):
        owing()
        case = boot()
        path = casing.path_of(case)
        elsewhere = Site("hillside").login_as(charlie)
        assert elsewhere.get(f"/office/boots/{case.number}/").status_code == 404
        assert elsewhere.get(path).status_code == 404

    @pytest.mark.parametrize("path", ["/office/boots/", "/office/boots/?state=booted"])
    def test_the_list_asks_no_more_for_more_rows(self, site, alice, path):
        site.login_as(alice)

        def asked() -> int:
            with CaptureQueriesContext(connection) as queries:
                site.get(path)
            return len(queries)

        def more(*plates: str) -> None:
            for plate in plates:
                owing(plate)
                if "booted" in path:
                    boot(plate)

        more(PLATE)
        asked()
        before = asked()
        more("XYZ 9", "XYZ 8")
        assert asked() == before
