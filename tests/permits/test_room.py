"""The waiting room: the draw at the opening, the line, turns, and what people read."""

import re
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
import redis
import yaml
from django.core.cache import cache
from django.urls import reverse

from parkops.customers import operations as customers
from parkops.kernel.actors import SYSTEM
from parkops.kernel.decisions import Refused
from parkops.programme import load
from parkops.programme import operations as programme
from permits import operations
from permits.models import Draw, Permit, Quota, Ticket
from permits.queries import draws as published
from permits.queries import room
from permits.rules import draws
from permits.rules.plates import read_plates
from permits.views.portal.line import path_of
from tests.seed import PROGRAMMES

OPENS = datetime(2026, 11, 10, 13, tzinfo=UTC)  # 08:00 in New York
BEFORE = OPENS - timedelta(hours=1)
SECOND = timedelta(seconds=1)
MINUTE = timedelta(minutes=1)
ROOM = {"opens": "30m", "at_once": 2, "turn": "10m"}


def with_room(*, at=BEFORE, total=3, waits=None, **more):
    """Apply harbor's program with a type RUSH that is sold through a waiting room."""
    source = yaml.safe_load((PROGRAMMES / "harbor.yaml").read_text())
    source["permit_types"].append(
        {
            "code": "RUSH",
            "name": "Garage",
            "grants": [{"zones": ["LOT-B"]}],
            "term": {"kind": "fixed", "from": "2026-12-01", "to": "2027-06-01"},
            "on_sale": {"from": "2026-11-10 08:00", "waiting_room": waits or ROOM},
            "price": {"base": "90.00"},
            "quota": {"total": total},
            "per_customer": 1,
            "vehicles": {"max": 1},
            **more,
        }
    )
    loaded = load.load(yaml.safe_dump(source, sort_keys=False).encode(), "rush.yaml")
    programme.apply_version(loaded, begins_at=None, by=SYSTEM, at=at)


@pytest.fixture
def enter(person):
    """Let a new customer come in: `enter("ana", at)`."""

    def come(name, at):
        return operations.enter_room(
            type_code="rush", customer_id=person(name).pk, by=SYSTEM, at=at
        )

    return come


def buy(ticket, at):
    return operations.hold_permit(
        operations.Wish("RUSH", read_plates([f"T{ticket.pk}"])),
        customer_id=ticket.customer_id,
        channel=Permit.Channel.PORTAL,
        by=SYSTEM,
        at=at,
    )


def again(ticket):
    return Ticket.objects.get(pk=ticket.pk)


class TestTheLine:
    """Who is where, and when."""

    def test_the_early_are_drawn_and_the_late_follow(self, harbor, enter):
        with_room()
        early = [enter(f"e{n}", OPENS - (20 - n) * MINUTE) for n in range(6)]
        assert {ticket.number for ticket in early} == {None}
        draw = Draw.objects.get()
        assert draw.commitment == draws.commitment_of(draw.seed)
        late = enter("late", OPENS + SECOND)
        draw.refresh_from_db()
        assert late.number == 7
        numbers = {str(t.reference): again(t).number for t in early}
        order = draws.drawn(draw.seed, numbers)
        assert [numbers[one] for one in order] == [1, 2, 3, 4, 5, 6]
        assert draws.verify(draw.commitment, draw.seed, order)

    def test_turns_come_in_order_and_never_more_than_places(self, harbor, enter):
        with_room(total=3)
        line = [enter(f"e{n}", OPENS - MINUTE) for n in range(6)]
        draw = Draw.objects.get()
        operations.move_up(draw.pk, at=OPENS)
        by_number = sorted((again(t) for t in line), key=lambda t: t.number)
        assert [bool(t.called_at) for t in by_number] == [True, True, False, False, False, False]
        for ticket in by_number[:2]:
            buy(ticket, OPENS + MINUTE)
        operations.move_up(draw.pk, at=OPENS + MINUTE)  # one place is left, so one is called
        assert [bool(again(t).called_at) for t in by_number] == [True] * 3 + [False] * 3
        buy(by_number[2], OPENS + 2 * MINUTE)
        operations.move_up(draw.pk, at=OPENS + 2 * MINUTE)
        draw.refresh_from_db()
        assert (draw.called, draw.sold_out_at) == (3, OPENS + 2 * MINUTE)

    def test_nobody_buys_out_of_turn(self, harbor, enter):
        with_room()
        line = [enter(f"e{n}", OPENS - MINUTE) for n in range(3)]
        operations.move_up(Draw.objects.get().pk, at=OPENS)
        last = next(t for t in line if again(t).number == 3)
        with pytest.raises(Refused, match="sold by turns") as refusal:
            buy(last, OPENS + MINUTE)
        assert refusal.value.code == "not_your_turn"
        assert not Permit.objects.exists()

    def test_a_turn_not_used_goes_to_the_next_and_one_may_queue_anew(self, harbor, enter):
        with_room(total=1)
        line = [enter(f"e{n}", OPENS - MINUTE) for n in range(2)]
        draw = Draw.objects.get()
        operations.move_up(draw.pk, at=OPENS)
        first, second = sorted((again(t) for t in line), key=lambda t: t.number)
        after = OPENS + 10 * MINUTE
        operations.move_up(draw.pk, at=after)
        assert again(second).turn_ends_at == after + 10 * MINUTE
        with pytest.raises(Refused, match="by turns"):
            buy(first, after)
        new = operations.enter_room(
            type_code="RUSH", customer_id=first.customer_id, by=SYSTEM, at=after
        )
        assert (new.pk, new.number, new.drawn_as) == (first.pk, 3, 1)

    def test_coming_in_twice_is_one_place(self, harbor, person, enter):
        with_room()
        ticket = enter("ana", OPENS - MINUTE)
        twice = operations.enter_room(
            type_code="RUSH", customer_id=ticket.customer_id, by=SYSTEM, at=OPENS - SECOND
        )
        assert twice.pk == ticket.pk
        assert Ticket.objects.count() == 1

    def test_where_nobody_waits_the_turn_comes_at_once(self, harbor, enter):
        with_room()
        ticket = enter("ana", OPENS + 60 * MINUTE)
        assert ticket.turn_ends_at == OPENS + 70 * MINUTE
        permit = buy(ticket, OPENS + 61 * MINUTE)
        assert again(ticket).permit_id == permit.pk

    def test_who_left_is_passed_over(self, harbor, enter):
        with_room(total=1)
        gone = enter("gone", OPENS + SECOND)
        operations.leave_room(str(gone.reference), at=OPENS + 2 * SECOND)
        stays = enter("stays", OPENS + 3 * SECOND)
        operations.move_up(stays.draw_id, at=OPENS + 4 * SECOND)
        assert again(stays).called_at is not None

    @pytest.mark.parametrize(
        ("at", "words"),
        [(OPENS - 31 * MINUTE, "The waiting room opens 10 Nov 2026, 07:30"), (None, "For Staff")],
    )
    def test_who_may_not_come_in_is_told_why(self, harbor, enter, at, words):
        with_room(**({} if at else {"audience": ["STAFF"]}))
        with pytest.raises(Refused, match=words):
            enter("ana", at or OPENS)

    def test_a_sale_that_is_moved_takes_its_line_along(self, harbor, enter):
        with_room()
        ticket = enter("ana", OPENS - MINUTE)
        source = {"from": "2026-11-11 08:00", "waiting_room": ROOM}
        with_room(at=BEFORE + MINUTE, on_sale=source)
        later = enter("bo", OPENS + 24 * 60 * MINUTE - MINUTE)
        assert later.draw_id == ticket.draw_id
        assert Draw.objects.get().draws_at == OPENS + 24 * 60 * MINUTE


class TestPages:
    """What people read."""

    @pytest.fixture
    def at(self, time_machine):
        def move(moment):
            time_machine.move_to(moment, tick=False)
            cache.clear()  # what is remembered for a second of the real clock

        move(OPENS - 5 * MINUTE)
        return move

    def _come_in(self, site):
        answer = site.post(reverse("portal_permits:room", args=["RUSH"]))
        assert answer.status_code == 302
        return answer["Location"]

    def test_from_the_door_to_the_permit(self, site, dana, at):
        with_room(total=1)
        site.login_as(dana)
        door = site.get(reverse("portal_permits:room", args=["RUSH"])).content.decode()
        assert "Come in and wait" in door
        path = self._come_in(site)
        assert site.get(reverse("portal_permits:room", args=["RUSH"]))["Location"] == path
        assert "You are in the waiting room." in site.get(path).content.decode()
        at(OPENS + SECOND)
        assert "It is your turn." in site.get(path).content.decode()
        site.get(reverse("portal_permits:start", args=["RUSH"]))
        site.post(reverse("portal_permits:vehicle"), {"plate": "DAN 1", "region": ""})
        assert site.get(reverse("portal_permits:check")).status_code == 200
        bought = site.post(reverse("portal_permits:check"))
        permit = Permit.objects.get()
        assert bought["Location"] == reverse("portal_permits:pay", args=[permit.number])
        assert "You have taken your place." in site.get(path).content.decode()

    def test_check_leads_to_the_line_while_others_wait(self, site, dana, at, enter):
        with_room()
        for n in range(3):
            enter(f"e{n}", OPENS - MINUTE)
        site.login_as(dana)
        site.get(reverse("portal_permits:start", args=["RUSH"]))
        site.post(reverse("portal_permits:vehicle"), {"plate": "DAN 1", "region": ""})
        at(OPENS + SECOND)
        operations.move_up(Draw.objects.get().pk, at=OPENS)
        check = reverse("portal_permits:check")
        assert site.get(check)["Location"] == reverse("portal_permits:room", args=["RUSH"])
        waiting = site.post(check)["Location"]
        page = site.get(waiting).content.decode()
        assert re.search(r"Your number.*?<b>4</b>", page, re.S)
        assert "Enter your plate while you wait" in page

    def test_sold_out_is_told_with_when_and_how_many(self, site, dana, at, enter):
        with_room(total=1)
        first = enter("first", OPENS + SECOND)
        buy(first, OPENS + MINUTE)
        at(OPENS + 2 * MINUTE)
        site.login_as(dana)
        page = " ".join(site.get(self._come_in(site)).content.decode().split())
        assert "Sold out." in page
        assert "1 permit was sold." in page
        assert "You are number 2, and 1 had their turn." in page
        assert "1 of them is not paid yet" in page

    def test_asking_again_costs_no_statement_and_no_words(
        self, site, dana, at, enter, django_assert_num_queries
    ):
        with_room()
        line = [enter(f"e{n}", OPENS - MINUTE) for n in range(5)]
        at(OPENS + SECOND)
        draw = Draw.objects.get()
        operations.move_up(draw.pk, at=OPENS)
        last = max((again(t) for t in line), key=lambda t: t.number)
        site.login_as(dana)  # a browser that is signed in sends its cookie with every question
        path = path_of(last)
        first = site.get(f"{path}?v=")
        assert first.status_code == 200
        assert 'hx-swap-oob="outerHTML"' in first.content.decode()
        with django_assert_num_queries(0):
            same = site.get(f"{path}?v={first['Live-Version']}")
        assert same.status_code == 204

    def test_without_the_memory_nobody_is_lost(self, site, dana, at, monkeypatch):
        with_room()
        site.login_as(dana)
        path = self._come_in(site)
        at(OPENS + SECOND)

        def away(*_, **__):
            raise redis.ConnectionError("away")

        for name in ("add", "get", "set", "set_many", "delete"):
            monkeypatch.setattr(cache, name, away)
        assert "It is your turn." in site.get(path).content.decode()

    def test_the_address_holds_in_this_tenant_only(self, site, other_site, at, enter):
        with_room()
        path = path_of(enter("ana", OPENS - MINUTE))
        assert site.get(path).status_code == 200
        assert other_site.get(path).status_code == 404
        assert site.get(path[:-2] + "x/").status_code == 404

    def test_anybody_can_check_the_draw(self, site, at, enter):
        with_room()
        line = [enter(f"e{n}", OPENS - MINUTE) for n in range(4)]
        draw = Draw.objects.get()
        address = reverse("portal_permits:draw", args=[draw.reference])
        before = site.get(address).content.decode()
        assert draw.commitment in before
        assert draw.seed not in before
        assert draw.seed not in site.get(f"{address}?as=text").content.decode()
        operations.move_up(draw.pk, at=OPENS)
        draw.refresh_from_db()
        text = site.get(f"{address}?as=text").content.decode()
        assert published.published(draw) == text
        ids = text.split("\n\n")[1].split()
        assert draws.verify(draw.commitment, draw.seed, ids)
        page = site.get(f"{address}?entry={line[0].reference}").content.decode()
        assert f"drawn as number {again(line[0]).number}" in page
        assert draws.lot_of(draw.seed, str(line[0].reference)) in page


def test_a_crowd_at_the_door_gets_one_number_each(own_database, now):
    """Some come before, some while the sale opens: everybody has a number, none twice."""
    with_room(total=5, waits={"opens": "30m", "at_once": 3})
    people = [
        customers.register_customer(email=f"c{n}@example.test", name="C", by=SYSTEM, at=now).pk
        for n in range(30)
    ]

    def come(n):
        from django.db import connection

        connection.set_tenant(own_database)
        try:
            at = OPENS + (n - 15) * SECOND
            ticket = operations.enter_room(
                type_code="RUSH", customer_id=people[n], by=SYSTEM, at=at
            )
            operations.move_up(ticket.draw_id, at=max(at, OPENS))
            return ticket.pk
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as pool:
        assert len(set(pool.map(come, range(30)))) == 30
    draw = Draw.objects.get()
    numbers = sorted(Ticket.objects.values_list("number", flat=True))
    assert numbers == list(range(1, 31))
    entered = [str(one) for one in published.in_order(draw).values_list("reference", flat=True)]
    assert draws.verify(draw.commitment, draw.seed, entered)
    assert room.turns_of("rush", at=OPENS + MINUTE) == 3
    assert not Quota.objects.filter(type_key="rush").exists()
