"""Visitor passes: limits and give-back, the host's pages, guest links and posters, lists."""

import re
from datetime import UTC, datetime, timedelta
from threading import Barrier, Thread

import pytest
import time_machine
from django.db import connection

from parkops.audit.models import AuditEvent
from parkops.customers import operations as customers
from parkops.kernel.actors import SYSTEM
from parkops.kernel.decisions import NotFound, Refused
from parkops.kernel.periods import Period
from parkops.messaging.models import Message
from parkops.programme.permit_schema import Passes
from permits import operations
from permits.models import GuestLink, Permit, VisitorPass
from permits.queries import rights_for
from permits.queries.guests import links_of
from permits.queries.told import hits
from permits.rules import guests, pass_lists, passes
from permits.rules.plates import read_plates

BEGAN = datetime(2026, 11, 1, tzinfo=UTC)
TERM = Period(BEGAN, BEGAN + timedelta(days=365))
DAY = timedelta(days=1)


def hours(start: float, end: float) -> Period:
    return Period(BEGAN + timedelta(hours=start), BEGAN + timedelta(hours=end))


def plate(text: str):
    return read_plates([text])[0]


@pytest.fixture
def dana_customer(dana, now):
    return customers.customer_for_user(dana, at=now)


@pytest.fixture
def book(dana_customer, sell) -> Permit:
    """Dana's book: 72 hours within any 14 days, in LOT-B."""
    return sell(dana_customer, "VISITOR-BOOK")


@pytest.fixture
def link(book, now):
    """Make a guest link of Dana's book."""

    def make(**more) -> GuestLink:
        told = {"name": "Open day", "minutes": 480, "uses": 2, "opens_at": now}
        told |= {"closes_at": now + DAY, **more}
        return operations.make_link(book.number, **told, by=SYSTEM, at=now)

    return make


class TestLimits:
    @pytest.mark.parametrize(
        ("rule", "given", "same", "wanted", "code"),
        [
            ({"longest": "12h"}, [], [], hours(0, 12), ""),
            ({"longest": "12h"}, [], [], hours(0, 12.1), "pass_too_long"),
            ({"at_once": 2}, [hours(0, 5)], [], hours(4, 6), ""),
            ({"at_once": 2}, [hours(0, 5), hours(3, 6)], [], hours(4, 6), "too_many_at_once"),
            # Two one after the other are never two at once.
            ({"at_once": 2}, [hours(0, 5), hours(5, 9)], [], hours(4, 6), ""),
            ({"per_plate": 1}, [hours(0, 5)], [], hours(6, 7), ""),
            ({"per_plate": 1}, [hours(0, 5)], [hours(0, 5)], hours(6, 7), "plate_used_up"),
            ({"per_plate": 1}, [hours(0, 0)], [hours(0, 0)], hours(6, 7), ""),
            ({"per_plate": 1}, [hours(0, 5)], [hours(0, 5)], hours(400, 401), ""),
        ],
    )
    def test_at_once_longest_and_per_plate(self, rule, given, same, wanted, code):
        kind = Passes.model_validate({"uses": "72h", "per": "14d", **rule})
        asked = passes.may_give(kind, given=given, same_plate=same, term=TERM, wanted=wanted)
        assert asked.code == code

    def test_a_use_called_off_before_it_began_comes_back(self):
        kind = Passes.model_validate({"uses": 1})
        called_off = hours(5, 5)
        assert passes.may_give(kind, given=[called_off], term=TERM, wanted=hours(6, 7))
        assert passes.given_back(kind, was=hours(5, 6), now=called_off).endswith("unused again.")
        assert "stays counted" in passes.given_back(kind, was=hours(5, 9), now=hours(5, 6))

    def test_hours_not_used_come_back_in_words(self):
        kind = Passes.model_validate({"uses": "72h"})
        assert passes.given_back(kind, was=hours(0, 8), now=hours(0, 2)) == "6 hours come back."


class TestLists:
    def test_reads_plates_with_regions_and_names_the_lines_at_fault(self):
        read = pass_lists.read_list("abc 1, ny\n\n!!\nABC1\nXYZ 2\n")
        assert [(p.key, p.region) for p in read.plates] == [("ABC1", "NY"), ("XYZ2", "")]
        assert [fault.partition(":")[0] for fault in read.faults] == ["Line 3", "Line 4"]

    def test_too_many_are_not_read(self):
        assert pass_lists.read_list("A1\n" * 2001).plates == ()

    def test_all_or_nobody_and_twice_is_once(self, book, now):
        start = now + DAY
        wanted = read_plates([f"EV {n}" for n in range(9)])
        told = {"start": start, "end": start + timedelta(hours=8), "by": SYSTEM, "at": now}
        batch = operations.give_many(book.number, wanted=wanted, **told)
        assert VisitorPass.objects.filter(batch=batch).count() == 9
        with pytest.raises(Refused) as twice:
            operations.give_many(book.number, wanted=wanted, **told)
        assert twice.value.code == "nothing_new"
        with pytest.raises(Refused) as refused:
            operations.give_many(book.number, wanted=read_plates(["LATE 1"]), **told)
        assert refused.value.code == "passes_used_up"
        assert "LATE 1" in str(refused.value)
        right = rights_for(plate_key="EV3", zone_codes=["LOT-B"], at=start)[0]
        assert right.holds_now
        assert right.because.startswith("Visitor pass of permit")
        assert operations.end_batch(book.number, batch, by=SYSTEM, at=now) == 9
        assert operations.end_batch(book.number, batch, by=SYSTEM, at=now) == 0
        assert rights_for(plate_key="EV3", zone_codes=["LOT-B"], at=now) == []
        operations.give_many(book.number, wanted=read_plates(["LATE 1"]), **told)


class TestLinkRules:
    OPEN = guests.Gate(BEGAN, BEGAN + DAY, None, 2, 0, 1)

    @pytest.mark.parametrize(
        ("gate", "at", "code"),
        [
            (OPEN, BEGAN, ""),
            (OPEN, BEGAN - timedelta(seconds=1), "link_not_open"),
            (OPEN, BEGAN + DAY, "link_over"),
            (guests.Gate(BEGAN, BEGAN + DAY, BEGAN, None, 0, 1), BEGAN, "link_revoked"),
            (guests.Gate(BEGAN, BEGAN + DAY, None, 2, 2, 1), BEGAN, "link_used_up"),
            (guests.Gate(BEGAN, BEGAN + DAY, None, None, 99, 1), BEGAN, ""),
            (guests.Gate(BEGAN, BEGAN + DAY, None, None, 1, 1, 1), BEGAN, "plate_used_up"),
        ],
    )
    def test_when_a_pass_may_be_taken(self, gate, at, code):
        assert guests.may_take(gate, at=at).code == code

    def test_a_code_is_long_and_read_however_it_is_typed(self):
        code = guests.new_code()
        assert re.fullmatch(f"[{guests.ALPHABET}]{{12}}", code)
        assert guests.code_of(f" {code[:4].lower()}-{code[4:]} ") == code


class TestTaking:
    def test_a_guest_takes_a_pass_once_and_the_host_is_told_once(self, link, book, now):
        made = link()
        told = {"plate": plate("GST 1"), "hours": 4, "at": now}
        given = operations.take_by_link(made.code, **told)
        assert operations.take_by_link(made.code, **told) == given
        assert given.ends_at == now + timedelta(hours=4)
        assert rights_for(plate_key="GST1", zone_codes=["LOT-B"], at=now)[0].holds_now
        message = Message.objects.get(event="pass.taken")
        assert message.to == book.customer.email
        assert "GST 1" in message.text
        event = AuditEvent.objects.filter(event="permit.pass_given").last()
        assert event.actor_kind == "public"
        assert [hit.title for hit in hits("GST1", limit=5)] == [f"Permit {book.number}"]

    @pytest.mark.parametrize(
        ("more", "hours_", "pin", "code"),
        [
            ({"pin": "4711"}, 1, "", "pin"),
            ({"pin": "4711"}, 1, "4712", "pin"),
            ({"minutes": 60}, 2, "", "pass_too_long"),
            ({"minutes": 9000}, 80, "", "passes_used_up"),
        ],
    )
    def test_is_refused(self, link, now, more, hours_, pin, code):
        made = link(**more)
        with pytest.raises(Refused) as refused:
            operations.take_by_link(made.code, plate=plate("G1"), hours=hours_, pin=pin, at=now)
        assert refused.value.code == code
        assert not VisitorPass.objects.exists()

    def test_ends_with_its_uses_and_with_its_host(self, link, now):
        made = link(uses=1)
        operations.take_by_link(made.code, plate=plate("G1"), hours=1, at=now)
        with pytest.raises(Refused) as refused:
            operations.take_by_link(made.code, plate=plate("G2"), hours=1, at=now)
        assert refused.value.code == "link_used_up"
        other = link()
        operations.revoke_link(str(other.reference), by=SYSTEM, at=now)
        operations.revoke_link(str(other.reference), by=SYSTEM, at=now + DAY)
        with pytest.raises(Refused) as refused:
            operations.take_by_link(other.code, plate=plate("G2"), hours=1, at=now)
        assert refused.value.code == "link_revoked"

    def test_not_through_a_permit_that_is_over(self, link, book, now):
        made = link()
        operations.cancel_permit(book.number, reason="moved", by=SYSTEM, at=now)
        with pytest.raises(Refused) as refused:
            operations.take_by_link(made.code, plate=plate("G2"), hours=1, at=now)
        assert refused.value.code == "link_over"

    def test_no_link_by_a_permit_without_passes(self, person, sell, now):
        month = sell(person(), "MONTH", "ABC 1")
        told = {"name": "x", "minutes": 60, "uses": None, "opens_at": now, "closes_at": now + DAY}
        with pytest.raises(Refused) as refused:
            operations.make_link(month.number, **told, by=SYSTEM, at=now)
        assert refused.value.code == "no_passes"

    def test_another_tenants_code_is_unknown(self, link, hillside, now):
        code = link().code
        connection.set_tenant(hillside)
        with pytest.raises(NotFound):
            operations.take_by_link(code, plate=plate("G2"), hours=1, at=now)

    def test_the_links_of_a_permit_cost_one_query(self, link, book, now, django_assert_num_queries):
        for n in range(3):
            operations.take_by_link(link().code, plate=plate(f"G{n}"), hours=1, at=now)
        with django_assert_num_queries(1):
            assert [row.used for row in links_of(book, at=now)] == [1, 1, 1]


def test_the_last_pass_of_a_link_is_taken_once(own_database, now):
    owner = customers.register_customer(email="host@example.test", name="Host", by=SYSTEM, at=now)
    wish = operations.Wish("VISITOR-BOOK")
    permit = operations.hold_permit(
        wish, customer_id=owner.pk, channel=Permit.Channel.API, by=SYSTEM, at=now
    )
    Permit.objects.filter(pk=permit.pk).update(paid_at=now)
    made = operations.make_link(
        permit.number,
        name="Race",
        minutes=60,
        uses=1,
        opens_at=now,
        closes_at=now + DAY,
        by=SYSTEM,
        at=now,
    )
    tenant, start, answers = own_database, Barrier(6), []

    def run(n: int) -> None:
        connection.set_tenant(tenant)
        try:
            start.wait()
            operations.take_by_link(made.code, plate=plate(f"RACE {n}"), hours=1, at=now)
            answers.append("taken")
        except Refused as refusal:
            answers.append(refusal.code)
        finally:
            connection.close()

    threads = [Thread(target=run, args=(n,)) for n in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answers) == ["link_used_up"] * 5 + ["taken"]
    assert VisitorPass.objects.count() == 1


class TestPages:
    @pytest.fixture(autouse=True)
    def _at(self, now, monkeypatch):
        monkeypatch.setattr("parkops.api.limits.allow", lambda *_, **__: True)
        with time_machine.travel(now, tick=False):
            yield

    def test_a_host_gives_a_pass_until_tonight_repeats_it_and_ends_it(self, site, dana, book):
        site.login_as(dana)
        url = f"/permits/{book.number}/passes/"
        given = site.post(url, {"plate": "VIS 1", "region": "NY", "until": "tonight"}, follow=True)
        assert b"may park now" in given.content
        row = VisitorPass.objects.get()
        assert row.ends_at == datetime(2026, 11, 11, 5, tzinfo=UTC)  # midnight in New York
        ended = site.post(url, {"act": f"end:{row.reference}"}, follow=True)
        assert b"13 hours 45 minutes come back." in ended.content
        again = site.post(url, {"act": f"again:{row.reference}"}, follow=True)
        assert b"may park now" in again.content
        assert VisitorPass.objects.filter(ended_at=None).get().plate_key == "VIS1"

    def test_a_host_without_enough_left_is_told(self, site, dana, book):
        site.login_as(dana)
        answer = site.post(f"/permits/{book.number}/passes/", {"plate": "V1", "hours": 73})
        assert answer.status_code == 422
        assert b"72 hours" in answer.content

    def test_a_host_makes_prints_and_closes_a_link(self, site, dana, book):
        site.login_as(dana)
        url = f"/permits/{book.number}/guests/"
        asked = {"name": "Open day", "hours": 8, "per_plate": 1, "uses": "", "pin": ""}
        asked |= {"opens_on": "2026-11-10", "closes_on": "2026-11-12"}
        bad = site.post(url, {**asked, "closes_on": "2026-11-09"})
        assert bad.status_code == 422
        assert site.post(url, asked).status_code == 302
        made = GuestLink.objects.get()
        assert made.closes_at == datetime(2026, 11, 13, 5, tzinfo=UTC)
        assert f"/visit/{made.code}/".encode() in site.get(url).content
        paper = site.get(f"{url}{made.reference}/poster.pdf")
        assert paper.content.startswith(b"%PDF")
        site.post(url, {"act": f"close:{made.reference}"})
        made.refresh_from_db()
        assert made.revoked_at is not None

    def test_a_strangers_permit_has_no_host_pages(self, site, dana, person, sell):
        theirs = sell(person(), "VISITOR-BOOK")
        site.login_as(dana)
        for page in ("passes/", "passes/list/", "guests/"):
            assert site.get(f"/permits/{theirs.number}/{page}").status_code == 404

    def test_a_list_with_a_fault_gives_nobody_a_pass(self, site, dana, book):
        site.login_as(dana)
        url = f"/permits/{book.number}/passes/list/"
        asked = {"day": "2026-11-11", "from_time": "08:00", "hours": 2}
        bad = site.post(url, {**asked, "plates": "A1\n?!\n"})
        assert bad.status_code == 422
        assert b"Line 2" in bad.content
        assert not VisitorPass.objects.exists()
        assert site.post(url, {**asked, "plates": "A1\nB2"}).status_code == 302
        batch = VisitorPass.objects.first().batch
        site.post(url, {"act": f"end:{batch}"})
        assert not VisitorPass.objects.filter(ended_at=None).exists()

    def test_a_guest_parks_and_leaves_without_an_account(self, site, link):
        made = link(pin="4711")
        assert site.post("/visit/", {"code": "nothing"}).status_code == 422
        typed = site.post("/visit/", {"code": made.code.lower()})
        assert typed.url == f"/visit/{made.code}/"
        wrong = site.post(typed.url, {"plate": "GST 1", "region": "", "hours": 2, "pin": "1111"})
        assert wrong.status_code == 422
        assert b"This PIN is not the one" in wrong.content
        right = site.post(typed.url, {"plate": "GST 1", "region": "", "hours": 2, "pin": "4711"})
        assert right.status_code == 302
        shown = site.get(right.url)
        assert b"You may park" in shown.content
        assert made.permit.customer.email.encode() not in shown.content
        site.post(right.url)
        assert b"Your pass is over" in site.get(right.url).content

    def test_staff_see_the_visitors_and_stop_them(self, site, clara, otto, link, book, now):
        made = link()
        given = operations.take_by_link(made.code, plate=plate("GST 1"), hours=4, at=now)
        url = f"/office/permits/{book.number}/passes/"
        site.login_as(otto)
        assert b"GST 1" in site.get(url).content
        assert site.post(f"{url}stop/", {"act": f"end:{given.reference}"}).status_code == 403
        site.login_as(clara)
        for act in (f"end:{given.reference}", f"close:{made.reference}"):
            assert site.post(f"{url}stop/", {"act": act}).status_code == 302
        given.refresh_from_db()
        made.refresh_from_db()
        assert (given.ended_at, made.revoked_at) == (now, now)
        assert site.post(f"{url}stop/", {"act": "end:nothing"}).status_code == 404

    def test_a_closed_link_says_why(self, site, link, now):
        made = link()
        operations.revoke_link(str(made.reference), by=SYSTEM, at=now)
        answer = site.get(f"/visit/{made.code}/")
        assert b"Your host has closed this link" in answer.content

    def test_another_tenants_site_knows_no_such_pass_or_link(self, site, other_site, link):
        made = link()
        url = site.post(f"/visit/{made.code}/", {"plate": "G1", "region": "", "hours": 1}).url
        assert other_site.get(f"/visit/{made.code}/").status_code == 404
        assert other_site.get(url).status_code == 404


def test_guessing_is_slowed_down(site, harbor, monkeypatch):
    monkeypatch.setattr("parkops.api.limits.allow", lambda *_, **__: False)
    answer = site.get("/visit/AAAAAAAAAAAA/")
    assert answer.status_code == 422
    assert b"Wait a minute" in answer.content
