"""A sale by lot: entries, the draw, offers in drawn order, the rest in line, and the proof."""

import io
from datetime import UTC, datetime, timedelta

import pytest
import yaml
from django.core.cache import cache
from django.core.management import CommandError, call_command
from django.urls import reverse

from parkops.kernel.actors import SYSTEM, Actor
from parkops.kernel.decisions import Conflict, Refused
from parkops.messaging.models import Message
from parkops.programme import load
from parkops.programme import operations as programme
from permits import operations
from permits.models import Draw, Permit, Quota, Ticket, WaitlistEntry
from permits.queries import draws as published
from permits.queries import line
from permits.rules import draws
from tests.seed import PROGRAMMES

OPENS = datetime(2026, 11, 1, 13, tzinfo=UTC)  # 08:00 in New York
CLOSES = OPENS + timedelta(days=7)
HOUR = timedelta(hours=1)
ANA = Actor("customer", "1", "Ana")


def with_lottery(total=2, **more):
    """Apply harbor's program with a type LOT that is given out by lot."""
    source = yaml.safe_load((PROGRAMMES / "harbor.yaml").read_text())
    source["permit_types"].append(
        {
            "code": "LOT",
            "name": "Harbor view",
            "grants": [{"zones": ["LOT-B"]}],
            "term": {"kind": "fixed", "from": "2026-12-01", "to": "2027-06-01"},
            "on_sale": {"lottery": {"from": "2026-11-01 08:00", "to": "2026-11-08 08:00"}},
            "price": {"base": "90.00"},
            "quota": {"total": total},
            "waitlist": {"offer": "2d"},
            "vehicles": {"max": 1},
            **more,
        }
    )
    loaded = load.load(yaml.safe_dump(source, sort_keys=False).encode(), "lot.yaml")
    programme.apply_version(loaded, begins_at=None, by=SYSTEM, at=OPENS - HOUR)


@pytest.fixture
def enter(person):
    """Enter a new customer: `enter("ana", at)`."""

    def come(name, at=OPENS + HOUR, audiences=()):
        return operations.enter_lottery(
            type_code="lot", customer_id=person(name, *audiences).pk, by=SYSTEM, at=at
        )

    return come


def hold(ticket, at):
    return operations.hold_permit(
        operations.Wish("LOT"),
        customer_id=ticket.customer_id,
        channel=Permit.Channel.PORTAL,
        by=SYSTEM,
        at=at,
    )


def drawn(at=CLOSES):
    """Draw and settle; return the tickets in their order."""
    operations.run_lotteries(at=at)
    draw = Draw.objects.get()
    while not operations.settle_lottery(draw.pk, at=at):
        pass
    return list(published.in_order(draw))


def state(ticket):
    return WaitlistEntry.objects.get(customer_id=ticket.customer_id, type_key="lot").status


def test_the_first_are_offered_and_the_rest_wait_in_order(harbor, enter):
    with_lottery(total=2)
    for n in range(6):
        enter(f"e{n}")
    order = drawn()
    draw = Draw.objects.get()
    ids = [str(ticket.reference) for ticket in order]
    assert draws.verify(draw.commitment, draw.seed, ids)
    assert [state(ticket) for ticket in order] == ["offered"] * 2 + ["waiting"] * 4
    entries = [WaitlistEntry.objects.get(customer_id=t.customer_id) for t in order]
    assert [line.position_of(entry) for entry in entries[2:]] == [1, 2, 3, 4]
    assert entries[0].offer_expires_at == CLOSES + timedelta(days=2)
    assert Quota.objects.get(type_key="lot").taken == 2
    told = Message.objects.filter(event="lottery.drawn")
    assert told.count() == 6
    assert "number 6 of 6" in told.get(key=f"lottery:{order[5].reference}").text
    assert drawn(CLOSES + HOUR) == order
    assert (told.count(), WaitlistEntry.objects.count()) == (6, 6)


def test_a_winner_buys_and_nobody_else_can(harbor, enter):
    with_lottery(total=1)
    enter("ana"), enter("bo")
    winner, loser = drawn()
    with pytest.raises(Refused) as refusal:
        hold(loser, CLOSES + HOUR)
    assert refusal.value.code == "sold_out"
    permit = hold(winner, CLOSES + HOUR)
    assert permit.places == ["2026-12-01"]
    assert state(winner) == "accepted"


def test_an_offer_not_taken_goes_to_the_next_drawn(harbor, enter):
    with_lottery(total=1)
    for name in ("ana", "bo", "cleo"):
        enter(name)
    order = drawn()
    operations.expire_offers(at=CLOSES + timedelta(days=2))
    assert [state(ticket) for ticket in order] == ["lapsed", "offered", "waiting"]


def test_nothing_is_sold_or_queued_before_all_are_in_line(harbor, enter, person):
    with_lottery(total=5)
    ticket = enter("ana")
    other = person("other")
    for at in (OPENS + HOUR, CLOSES + HOUR):  # entries open; closed and not drawn yet
        with pytest.raises(Refused, match="by lot") as refusal:
            hold(ticket, at)
        assert refusal.value.code == "not_on_sale"
        with pytest.raises(Refused, match="by lot"):
            operations.join_waitlist(type_code="LOT", customer_id=other.pk, by=ANA, at=at)
    drawn(CLOSES + HOUR)
    operations.hold_permit(  # what the lot left over is sold to whoever comes
        operations.Wish("LOT"),
        customer_id=other.pk,
        channel=Permit.Channel.PORTAL,
        by=ANA,
        at=CLOSES + 2 * HOUR,
    )


@pytest.mark.parametrize(
    ("at", "words"),
    [
        (OPENS - timedelta(minutes=1), "Entries are taken from 1 Nov 2026, 08:00."),
        (CLOSES, "Entries were taken until 8 Nov 2026, 08:00."),
    ],
)
def test_entries_are_taken_in_their_time(harbor, enter, at, words):
    with_lottery()
    with pytest.raises(Refused, match=words):
        enter("ana", at)


def test_an_entry_is_one_and_may_be_withdrawn_until_the_draw(harbor, enter):
    with_lottery()
    ana, bo = enter("ana"), enter("bo")
    again = operations.enter_lottery(
        type_code="LOT", customer_id=ana.customer_id, by=ANA, at=OPENS + 2 * HOUR
    )
    assert again.pk == ana.pk
    operations.leave_lottery(ana.reference, by=ANA, at=OPENS + 3 * HOUR)
    operations.leave_lottery(ana.reference, by=ANA, at=OPENS + 3 * HOUR)
    assert [ticket.pk for ticket in drawn()] == [bo.pk]
    with pytest.raises(Conflict, match="draw is over"):
        operations.leave_lottery(bo.reference, by=ANA, at=CLOSES)


def test_who_is_not_eligible_any_more_is_passed_over_and_told(harbor, enter):
    with_lottery(total=1, audience=["STAFF"])
    gone, stays = enter("gone", audiences=["STAFF"]), enter("stays", audiences=["STAFF"])
    gone.customer.audiences = ["STUDENT"]
    gone.customer.save()
    drawn()
    assert state(stays) == "offered"
    assert not WaitlistEntry.objects.filter(customer=gone.customer).exists()
    text = Message.objects.get(key=f"lottery:{gone.reference}").text
    assert "could not be given a place: For Staff" in text


def test_the_page_from_entry_to_offer(site, dana, time_machine, enter):
    with_lottery(total=1)
    site.login_as(dana)
    address = reverse("portal_permits:lottery", args=["LOT"])
    time_machine.move_to(OPENS + HOUR, tick=False)
    before = site.get(address).content.decode()
    assert "Everyone who enters in time has the same chance" in before
    assert site.post(address, {"act": "enter"}).status_code == 302
    entered = site.get(address).content.decode()
    ticket = Ticket.objects.get()
    assert "You have entered." in entered
    assert str(ticket.reference) in entered
    assert Draw.objects.get().commitment in entered
    time_machine.move_to(CLOSES, tick=False)
    cache.clear()
    assert "You were drawn." in site.get(address).content.decode()
    drawn()
    assert "A place is yours." in site.get(address).content.decode()
    choose = site.get(reverse("portal_permits:choose"))
    assert choose.status_code == 200


def test_a_type_without_a_lot_has_no_such_page(site, dana):
    site.login_as(dana)
    assert site.get(reverse("portal_permits:lottery", args=["MONTH"])).status_code == 404
    assert site.get(reverse("portal_permits:room", args=["MONTH"])).status_code == 404


def test_the_command_repeats_the_draw(harbor, enter, tmp_path):
    with_lottery()
    for n in range(5):
        enter(f"e{n}")
    drawn()
    draw = Draw.objects.get()
    out = io.StringIO()
    call_command("lottery", "verify", str(draw.reference), tenant="harbor", stdout=out)
    assert "all 5 entries are in its order" in out.getvalue()
    text = published.published(draw)
    file = tmp_path / "order.txt"
    file.write_text(text)
    call_command("lottery", "verify", str(file), stdout=out)
    lines = text.splitlines()
    lines[-1], lines[-2] = lines[-2], lines[-1]
    file.write_text("\n".join(lines))
    with pytest.raises(CommandError, match="Number 4 is not the one"):
        call_command("lottery", "verify", str(file), stdout=out)
    file.write_text(text.replace(draw.seed, "0" * 64))
    with pytest.raises(CommandError, match="not the one that was promised"):
        call_command("lottery", "verify", str(file), stdout=out)
    file.write_text("hello")
    with pytest.raises(CommandError, match="has no line"):
        call_command("lottery", "verify", str(file), stdout=out)


@pytest.mark.parametrize(
    ("sale", "more", "fault"),
    [
        ({"from": "2026-11-01"}, {}, "a lottery opens the sale itself"),
        ({}, {"quota": None}, "a lottery gives out the places of a quota"),
        ({"to": "2026-11-02"}, {}, "is not after the draw"),
    ],
)
def test_faults_of_the_program(sale, more, fault):
    kind = yaml.safe_load(
        """
        {code: LOT, name: L, grants: [{zones: [LOT-A]}], vehicles: {max: 1}, price: {base: "1.00"},
         term: {kind: fixed, from: 2026-12-01, to: 2027-06-01}, quota: {total: 1}, waitlist: {},
         on_sale: {lottery: {from: 2026-11-01, to: 2026-11-08}}}
        """
    )
    kind["on_sale"] |= sale
    kind |= more
    kind = {key: value for key, value in kind.items() if value is not None}
    source = yaml.safe_load((PROGRAMMES / "harbor.yaml").read_text())
    source["permit_types"].append(kind)
    with pytest.raises(load.Faulty, match=fault):
        load.load(yaml.safe_dump(source).encode(), "lot.yaml")
