"""Hangtags: the stock, one tag for one permit, lost and stolen ones."""

import re
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connection, connections
from django.utils import timezone
from django_tenants.utils import tenant_context

from enforcement.queries import checks as enforcement
from parkops.customers import operations as customers
from parkops.kernel.actors import SYSTEM
from parkops.kernel.decisions import Conflict, Refused
from parkops.messaging.models import Message
from payments.models import Charge
from permits import operations
from permits.models import Hangtag, LostHangtag, Permit
from permits.queries import hangtags
from permits.rules.hangtags import differences, is_low, numbered

DAY = timedelta(days=1)


@pytest.mark.parametrize(
    ("free", "received", "low"),
    [(9, 20, True), (10, 20, False), (49, 1000, True), (50, 1000, False)],
)
def test_low_is_under_ten_or_a_twentieth(free, received, low):
    assert is_low(free=free, received=received) is low


@pytest.mark.parametrize(
    ("prefix", "first", "last"), [("A", 5, 4), ("A", -1, 4), ("A B", 1, 2), ("A", 1, 20_001)]
)
def test_a_range_that_is_none_is_refused(prefix, first, last):
    with pytest.raises(Refused):
        numbered(prefix, first, last)


def test_a_count_names_what_is_missing_and_what_was_not_expected():
    assert differences(["A1", "A2", "A3"], ["a-1", "A3", "B9"]) == (["A2"], ["B9"])


def receive(at, first=1, last=3, **more):
    return operations.receive_hangtags(
        "RESIDENT", name="Spring", prefix="T", first=first, last=last, by=SYSTEM, at=at, **more
    )


@pytest.fixture
def resident(person, sell, now):
    def make(name: str) -> Permit:
        return sell(person(name, "STUDENT"), "RESIDENT", f"{name[:8]} 1")

    return make


@pytest.mark.django_db
class TestStock:
    def test_a_sale_takes_the_next_and_nobody_else_gets_it(self, resident, now):
        receive(now, 1, 2)
        assert [resident(name).hangtag for name in ("ana", "zoe")] == ["T1", "T2"]
        assert resident("eve").hangtag == ""
        assert hangtags.next_hangtag("RESIDENT") == ""

    def test_without_a_stock_the_programs_numbers_are_given(self, resident):
        assert resident("ana").hangtag == "R1"

    def test_numbers_come_in_once(self, harbor, now):
        receive(now, 1, 3)
        with pytest.raises(Refused) as refusal:
            receive(now, 3, 5)
        assert refusal.value.code == "known_numbers"
        assert Hangtag.objects.count() == 3

    def test_what_permits_have_already_comes_in_as_theirs(self, resident, now):
        permit = resident("ana")
        operations.receive_hangtags(
            "RESIDENT", name="", prefix="R", first=1, last=2, by=SYSTEM, at=now
        )
        assert Hangtag.objects.get(text="R1").permit_id == permit.pk
        assert resident("zoe").hangtag == "R2"

    def test_only_types_with_hangtags_have_a_stock(self, harbor, now):
        with pytest.raises(Refused):
            operations.receive_hangtags("MONTH", name="", first=1, last=2, by=SYSTEM, at=now)

    def test_handed_out_ranges_are_with_the_clerk(self, harbor, now):
        receive(now, 1, 10)

        def out():
            return operations.hand_out_hangtags(
                "RESIDENT", first="T3", last="T6", place="Desk 2", by=SYSTEM, at=now
            )

        assert out() == 4
        assert out() == 0
        assert {p.name: p.count for p in hangtags.places("RESIDENT")} == {"": 6, "Desk 2": 4}
        assert hangtags.next_hangtag("RESIDENT", place="Desk 2") == "T3"

    def test_a_given_tag_is_no_longer_free_to_hand_out(self, resident, now):
        receive(now, 1, 3)
        resident("ana")
        with pytest.raises(Refused, match="T1 is not free"):
            operations.hand_out_hangtags(
                "RESIDENT", first="T1", last="T3", place="Desk", by=SYSTEM, at=now
            )

    def test_a_scanned_tag_is_bound_and_the_one_before_is_free_again(self, resident, now):
        receive(now, 1, 3)
        permit = resident("ana")
        for _ in range(2):
            permit = operations.give_hangtag(permit.number, tag=" t3 ", by=SYSTEM, at=now)
        assert permit.hangtag == "T3"
        assert Hangtag.objects.get(text="T1").state == Hangtag.State.FREE

    def test_never_two_permits_with_one_tag(self, resident, now):
        receive(now, 1, 3)
        first, second = resident("ana"), resident("zoe")
        with pytest.raises(Conflict) as refusal:
            operations.give_hangtag(second.number, tag=first.hangtag, by=SYSTEM, at=now)
        assert refusal.value.code == "tag_taken"

    def test_comes_back_when_its_permit_is_over_and_a_spoiled_one_never(self, resident, now):
        receive(now, 1, 1)
        permit = resident("ana")
        with pytest.raises(Refused, match="in force"):
            operations.return_hangtag("RESIDENT", tag="T1", is_spoiled=False, by=SYSTEM, at=now)
        operations.revoke_permit(permit.number, reason="Sold on.", by=SYSTEM, at=now)
        operations.return_hangtag("RESIDENT", tag="T1", is_spoiled=False, by=SYSTEM, at=now)
        assert hangtags.next_hangtag("RESIDENT") == "T1"
        operations.return_hangtag("RESIDENT", tag="T1", is_spoiled=True, by=SYSTEM, at=now)
        assert hangtags.next_hangtag("RESIDENT") == ""

    def test_a_count_keeps_its_differences(self, harbor, now):
        receive(now, 1, 3)
        count = operations.count_hangtags(
            "RESIDENT", place="", found=["T1", "T9"], by=SYSTEM, at=now
        )
        assert (count.expected, count.missing, count.unexpected) == (3, ["T2", "T3"], ["T9"])

    def test_few_left_is_told(self, harbor, now):
        receive(now, 1, 9)
        assert [s.is_low for s in hangtags.stocks(at=now)] == [True]


def test_two_clerks_who_give_one_tag_at_once_give_it_once(own_database):
    at = timezone.now()
    numbers = []
    receive(at, 1, 1)
    Hangtag.objects.update(place="", state="spoiled")
    for name in ("ana", "zoe"):
        person = customers.register_customer(
            email=f"{name}@example.test", audiences=["STUDENT"], by=SYSTEM, at=at
        )
        held = operations.hold_permit(
            operations.Wish("RESIDENT", ()), customer_id=person.pk, channel="api", by=SYSTEM, at=at
        )
        numbers.append(held.number)
    Hangtag.objects.update(state="free")

    def give(number):
        try:
            with tenant_context(own_database):
                operations.give_hangtag(number, tag="T1", by=SYSTEM, at=at)
                return "given"
        except Conflict as refusal:
            return refusal.code
        finally:
            connections.close_all()

    with ThreadPoolExecutor(2) as clerks:
        answers = sorted(clerks.map(give, numbers))
    assert answers == ["given", "tag_taken"]
    assert Permit.objects.filter(hangtag="T1").count() == 1


@pytest.mark.django_db
class TestLost:
    def alerts(self, plate, at):
        from enforcement.queries.known import Look

        (answer,) = enforcement.answers_to([Look(plate, "", "LOT-B", at)])
        return [(alert.kind, alert.text) for alert in answer.alerts]

    def test_k15_the_old_number_is_blocked_and_a_new_one_given_for_the_fee(self, resident, now):
        receive(now, 1, 3)
        permit = resident("ana")
        ends = permit.ends_at
        operations.approve_permit(permit.number, by=SYSTEM, at=now)
        permit = operations.report_lost(
            permit.number, is_stolen=True, police_reference="PD-77", by=SYSTEM, at=now + DAY
        )
        assert (permit.hangtag, permit.ends_at) == ("T2", ends)
        fee = Charge.objects.get(kind="fee", reference__startswith=permit.number)
        assert "T2" in fee.text
        text = f"Hangtag T1 of permit {permit.number} was stolen, police reference PD-77. "
        text += "The valid one is T2."
        assert self.alerts("ana 1", now + 2 * DAY) == [("lost_permit", text)]
        assert self.alerts("T-1", now + 2 * DAY) == [("lost_permit", text)]
        # Before it was reported nothing was known.
        assert self.alerts("ana 1", now + timedelta(hours=1)) == []
        assert "T2" in Message.objects.get(event="permit.hangtag_lost").text

    def test_its_number_is_given_to_nobody_until_it_is_found(self, resident, now):
        permit = resident("ana")  # no stock: numbers of the program
        operations.report_lost(permit.number, by=SYSTEM, at=now)
        assert resident("zoe").hangtag == "R3"
        lost = LostHangtag.objects.get()
        for _ in range(2):
            operations.note_found(lost.reference, by=SYSTEM, at=now + DAY)
        assert resident("eve").hangtag == "R1"
        assert self.alerts("R1", now + 2 * DAY) == []

    def test_is_reported_though_no_tag_is_left(self, resident, now):
        receive(now, 1, 1)
        permit = resident("ana")
        permit = operations.report_lost(permit.number, by=SYSTEM, at=now)
        assert permit.hangtag == "T1"
        assert LostHangtag.objects.get().kind == "lost"
        assert not Charge.objects.filter(kind="fee").exists()

    def test_a_permit_without_a_tag_has_none_to_lose(self, person, sell, now):
        with pytest.raises(Refused):
            operations.report_lost(sell(person()).number, by=SYSTEM, at=now)


@pytest.mark.django_db
class TestPages:
    @pytest.fixture
    def now(self):
        return timezone.now()

    def test_a_clerk_keeps_the_stock(self, site, clara, resident, now):
        office = site.login_as(clara)
        path = "/office/hangtags/RESIDENT/"
        told = {"receive-prefix": "T", "receive-first": "1", "receive-last": "4"}
        bad = office.post(path, {"act": "receive", **told, "receive-last": "0"})
        assert bad.status_code == 422
        assert (
            office.post(path, {"act": "receive", **told, "receive-price": "1.25"}).status_code
            == 302
        )
        page = office.get(path).content.decode()
        assert "Few are left" in page
        assert "T1 to T4" in page
        moved = {"hand-out-first": "T3", "hand-out-last": "T4", "hand-out-place": "Desk"}
        assert office.post(path, {"act": "hand-out", **moved}).status_code == 302
        assert office.post(path, {"act": "count", "count-found": "T1"}).status_code == 302
        spoiled = {"act": "return", "return-tag": "T2", "return-is_spoiled": "on"}
        assert office.post(path, spoiled).status_code == 302
        assert b"RESIDENT" in office.get("/office/hangtags/").content
        permit = resident("ana")
        give = f"/office/permits/{permit.number}/hangtag/"
        assert office.post(give, {"tag": "T2"}).status_code == 422
        assert office.post(give, {"tag": "T4"}).status_code == 302
        loss = f"/office/permits/{permit.number}/loss/"
        assert office.get(loss).status_code == 200
        assert office.post(loss, {"kind": "lost"}).status_code == 302
        assert b"Lost" in office.get(f"/office/permits/{permit.number}/").content
        lost = LostHangtag.objects.get()
        assert office.post(f"/office/hangtags/found/{lost.reference}/").status_code == 302
        assert office.get(path).status_code == 200

    def test_a_holder_reports_it(self, site, dana, sell, now):
        me = customers.customer_for_user(dana, at=now)
        customers.change_customer(me.pk, changes={"audiences": ["STUDENT"]}, by=SYSTEM, at=now)
        permit = sell(me, "RESIDENT", "A 1")
        mine = site.login_as(dana)
        path = f"/permits/{permit.number}/loss/"
        assert mine.get(path).status_code == 200
        assert mine.post(path, {}).status_code == 422
        assert mine.post(path, {"kind": "stolen"}).status_code == 302
        assert LostHangtag.objects.get().kind == "stolen"

    def test_another_tenants_clerk_sees_another_stock(
        self, harbor, other_site, hillside, charlie, now
    ):
        receive(now, 1, 4)
        assert connection.tenant.slug == "harbor"
        page = other_site.login_as(charlie).get("/office/hangtags/RESIDENT/")
        # As a word: letters and digits of a random token may well come as these two.
        assert not re.search(rb"\bT[1-4]\b", page.content)

    def test_the_api_reports_it(self, site, token, resident, now):
        permit = resident("ana")
        answer = site.post(
            f"/api/v1/permits/{permit.number}/loss",
            {"kind": "stolen", "police_reference": "PD-1"},
            content_type="application/json",
            headers=token("permits:write"),
        )
        assert answer.json() == {"number": permit.number, "hangtag": "R2"}
