"""Drawers from float to bank: moved, counted blind, signed by somebody else, deposited once."""

import io

import pypdf
import pytest

from parkops.kernel.actors import Actor
from parkops.kernel.decisions import Conflict, Refused
from payments import operations, queries
from payments.accounts import (
    CASH,
    CASH_OVER_SHORT,
    CHEQUES,
    FINE_REVENUE,
    IN_TRANSIT,
    SMALL_PURCHASES,
    SUSPENSE,
)
from payments.models import Deposit, Drawer, DrawerMovement
from tests.factories.payments import (
    CLERK,
    assert_sound,
    books,
    counted_queries,
    make_charge,
    pay,
    usd,
)
from tests.payments.test_races import at_once
from tests.seed import PROGRAMMES

pytestmark = pytest.mark.usefixtures("raising")
BOSS = Actor("staff", "9", "Sam Supervisor")


@pytest.fixture
def drawer(harbor, now):
    """A drawer with a float of 100, and 40 taken in cash."""
    found = operations.open_drawer(name="Desk", float_=usd(10_000), by=CLERK, at=now)
    operations.take_payment(
        charge_ids=[make_charge(at=now).public_id],
        method="cash",
        drawer=found.public_id,
        by=CLERK,
        at=now,
    )
    return found


def move(drawer, kind, purpose, minor, *, at, key=""):
    return operations.move_cash(
        drawer.public_id,
        kind=kind,
        purpose=purpose,
        amount=usd(minor),
        reason="" if kind == "drop" else "Stamps",
        request_key=key,
        by=CLERK,
        at=at,
    )


def count(drawer, minor, *, at, pieces=(), by=CLERK):
    return operations.close_drawer(
        drawer.public_id, counted=usd(minor), pieces=pieces, by=by, at=at
    )


class TestMoving:
    def test_posts_each_way_and_a_drop_nothing(self, drawer, now):
        move(drawer, "paid_in", "bank", 5_000, at=now)
        move(drawer, "paid_out", "expense", 1_250, at=now)
        move(drawer, "paid_out", "unknown", 250, at=now)
        move(drawer, "drop", "safe", 10_000, at=now)
        assert queries.expected_in(drawer).minor == 10_000 + 4_000 + 5_000 - 1_500 - 10_000
        assert books(now) == {
            CASH: 7_500,
            IN_TRANSIT: -5_000,
            SMALL_PURCHASES: 1_250,
            SUSPENSE: 250,
            FINE_REVENUE: -4_000,
        }
        assert_sound(now)

    def test_twice_is_once(self, drawer, now):
        first = move(drawer, "drop", "safe", 1_000, at=now, key="a")
        assert move(drawer, "drop", "safe", 1_000, at=now, key="a") == first
        assert DrawerMovement.objects.count() == 1

    def test_no_more_than_lies_there_and_not_once_it_is_closed(self, drawer, now):
        with pytest.raises(Refused, match="more than can lie") as caught:
            move(drawer, "drop", "safe", 14_001, at=now)
        assert caught.value.field == "amount"
        count(drawer, 14_000, at=now)
        with pytest.raises(Conflict, match="closed"):
            move(drawer, "drop", "safe", 1, at=now)


class TestSigning:
    def test_is_for_somebody_else_and_only_explained(self, drawer, now):
        count(drawer, 13_500, at=now, pieces=[(5_000, 2), (500, 7)])
        with pytest.raises(Conflict) as own:
            operations.sign_drawer(drawer.public_id, by=CLERK, at=now)
        with pytest.raises(Conflict) as silent:
            operations.sign_drawer(drawer.public_id, by=BOSS, at=now)
        assert (own.value.code, silent.value.code) == ("own_drawer", "not_explained")
        operations.explain_drawer(drawer.public_id, reason="Change given wrong", by=CLERK, at=now)
        signed = operations.sign_drawer(drawer.public_id, by=BOSS, at=now)
        assert (signed.signed_by, signed.explanation) == (BOSS.name, "Change given wrong")
        assert operations.sign_drawer(drawer.public_id, by=BOSS, at=now).signed_at == now
        with pytest.raises(Refused, match="stays as it is"):
            operations.explain_drawer(drawer.public_id, reason="Other", by=CLERK, at=now)
        assert books(now)[CASH_OVER_SHORT] == 500

    def test_lets_a_little_pass_if_the_program_says_so(self, apply_programme, drawer, now):
        text = (PROGRAMMES / "harbor.yaml").read_text()
        apply_programme(text + 'counter: {explain_above: "1.00"}\n')
        count(drawer, 13_900, at=now)
        assert operations.sign_drawer(drawer.public_id, by=BOSS, at=now).signed_by == BOSS.name

    def test_another_count_posts_the_difference(self, drawer, now):
        count(drawer, 13_500, at=now)
        with pytest.raises(Conflict, match="Nobody asks"):
            operations.count_again(drawer.public_id, counted=usd(14_000), by=CLERK, at=now)
        operations.ask_for_recount(drawer.public_id, reason="A roll of coins", by=BOSS, at=now)
        with pytest.raises(Conflict, match="counted again first"):
            operations.sign_drawer(drawer.public_id, by=BOSS, at=now)
        again = operations.count_again(
            drawer.public_id, counted=usd(14_100), pieces=[(10_000, 1)], by=CLERK, at=now
        )
        assert (again.over_minor, again.recount_asked_at) == (100, None)
        assert books(now) == {CASH: 4_100, FINE_REVENUE: -4_000, CASH_OVER_SHORT: -100}
        first, second = drawer.counts.order_by("place")
        assert (first.counted_minor, first.refused_because) == (13_500, "A roll of coins")
        assert (second.counted_minor, second.pieces) == (14_100, [[10_000, 1]])


class TestDeposits:
    @pytest.fixture
    def signed(self, drawer, now):
        count(drawer, 14_000, at=now)
        return operations.sign_drawer(drawer.public_id, by=BOSS, at=now)

    def test_take_cash_beyond_the_float_drops_and_checks_to_the_bank(self, drawer, now):
        drop = move(drawer, "drop", "safe", 3_000, at=now)
        count(drawer, 11_000, at=now)
        operations.sign_drawer(drawer.public_id, by=BOSS, at=now)
        cheque = pay(make_charge(at=now), at=now, method="cheque")
        made = operations.make_deposit(
            drawers=[drawer.pk],
            movements=[drop.pk],
            payments=[cheque.pk],
            counted=usd(4_000),
            pieces=[(2_000, 2)],
            bag="B-7",
            by=BOSS,
            at=now,
        )
        assert (made.cash_minor, made.cheques_minor) == (4_000, 4_000)
        assert books(now) == {IN_TRANSIT: 8_000, FINE_REVENUE: -8_000}
        assert not queries.drawers_here().exists()
        assert not queries.drops_here().exists()
        assert not queries.cheques_here().exists()

    def test_is_once(self, signed, now):
        def deposit():
            return operations.make_deposit(drawers=[signed.pk], counted=usd(4_000), by=BOSS, at=now)

        deposit()
        with pytest.raises(Conflict, match="meanwhile"):
            deposit()
        assert Deposit.objects.count() == 1
        assert books(now)[IN_TRANSIT] == 4_000

    def test_needs_the_count_the_sign_off_and_something(self, drawer, now):
        count(drawer, 14_000, at=now)
        told = {"by": BOSS, "at": now}
        with pytest.raises(Refused, match="signed off first"):
            operations.make_deposit(drawers=[drawer.pk], counted=usd(4_000), **told)
        operations.sign_drawer(drawer.public_id, **told)
        with pytest.raises(Refused, match=r"come to 40.00, and 39.00 was counted"):
            operations.make_deposit(drawers=[drawer.pk], counted=usd(3_900), **told)
        with pytest.raises(Refused, match="Tick what"):
            operations.make_deposit(counted=usd(0), **told)

    def test_a_check_that_bounces_there_leaves_the_bank(self, harbor, now):
        cheque = pay(make_charge(at=now), at=now, method="cheque")
        operations.make_deposit(payments=[cheque.pk], counted=usd(0), by=BOSS, at=now)
        operations.bounce_payment(cheque.number, by=CLERK, at=now)
        assert books(now).get(IN_TRANSIT, 0) == 0
        assert books(now).get(CHEQUES, 0) == 0
        assert_sound(now)

    def test_a_check_that_was_handed_back_is_not_here(self, harbor, now):
        cheque = pay(make_charge(at=now), at=now, method="cheque")
        operations.refund_payment(
            cheque.number, amount=usd(4_000), reason="Handed back", by=CLERK, at=now
        )
        assert not queries.cheques_here().exists()
        assert books(now).get(CHEQUES, 0) == 0


def test_two_clerks_close_one_drawer_and_one_is_told(own_database, now):
    drawer = operations.open_drawer(name="Desk", float_=usd(10_000), by=CLERK, at=now)
    other = Actor("staff", "2", "Otto Other")
    told = at_once(
        own_database,
        lambda: count(drawer, 9_900, at=now),
        lambda: count(drawer, 10_100, at=now, by=other),
    )
    assert told == ["done", "drawer_closed"]
    found = Drawer.objects.get()
    assert found.counts.count() == 1
    assert books(now)[CASH] == found.over_minor
    assert_sound(now)


class TestPages:
    @pytest.fixture
    def desk(self, site, clara):
        site.login_as(clara)
        site.post("/office/counter/drawers/new/", {"name": "Desk", "float_minor": "100.00"})
        return site

    @pytest.fixture
    def path(self, desk):
        return f"/office/counter/drawers/{Drawer.objects.get().public_id}/"

    def test_a_drawer_goes_from_the_desk_to_the_bank(self, desk, path, amos, clara):
        once = "8f8f1f7e-58a5-4a07-9a5e-2b7f7c9a4f11"
        drop = {"kind": "drop", "amount": "30.00", "purpose": "bank", "once": once}
        assert desk.post(f"{path}move/", drop).status_code == 302
        assert desk.post(f"{path}move/", drop).status_code == 302
        shown = desk.get(path).content.decode()
        assert "Dropped to the safe" in shown
        assert "is shown after the count" in shown
        assert desk.post(f"{path}close/", {"piece_5000": "1", "piece_1000": "1"}).status_code == 302
        assert "−$10.00" in desk.get("/office/counter/drawers/").content.decode()
        assert desk.post(f"{path}sign/").status_code == 403
        assert desk.post(f"{path}explain/", {"reason": ""}).status_code == 422
        assert desk.post(f"{path}explain/", {"reason": "Lost a note"}).status_code == 302
        desk.login_as(amos)
        assert desk.post(f"{path}recount/", {"reason": "Look again"}).status_code == 302
        desk.login_as(clara)
        assert desk.post(f"{path}close/", {"piece_5000": "1", "piece_1000": "2"}).status_code == 302
        desk.login_as(amos)
        assert desk.post(f"{path}sign/").status_code == 302
        here = desk.get("/office/counter/deposits/new/").content.decode()
        assert "Drop from Desk" in here
        drawer = Drawer.objects.get()
        ticked = {"drops": [drawer.movements.get().pk], "drawers": [drawer.pk]}
        wrong = desk.post("/office/counter/deposits/new/", {**ticked, "piece_2000": "1"})
        assert wrong.status_code == 422
        assert "come to 0.00, and 20.00 was counted" in wrong.content.decode()

    def test_a_deposit_has_a_slip(self, desk, path, amos, now):
        cheque = pay(make_charge(at=now), at=now, method="cheque")
        desk.login_as(amos)
        answer = desk.post("/office/counter/deposits/new/", {"cheques": [cheque.pk], "bag": "B-12"})
        assert answer.status_code == 302
        assert "$40.00" in desk.get(answer["Location"]).content.decode()
        slip = desk.get(f"{answer['Location']}slip/")
        assert slip["Content-Type"] == "application/pdf"
        text = pypdf.PdfReader(io.BytesIO(slip.content)).pages[0].extract_text()
        assert "B-12" in text
        assert cheque.number in text
        assert (
            answer["Location"].split("/")[-2]
            in desk.get("/office/counter/deposits/").content.decode()
        )

    def test_a_count_says_one_thing(self, desk, path):
        wrong = desk.post(f"{path}close/", {"piece_5000": "1", "counted": "60.00"})
        assert "The notes and coins come to 50.00" in wrong.content.decode()
        nothing = desk.post(f"{path}close/", {})
        assert "or give the total" in nothing.content.decode()
        assert desk.post(f"{path}close/", {"piece_5000": "0"}).status_code == 302
        assert Drawer.objects.get().counted_minor == 0

    def test_of_another_tenant_are_404(self, path, other_site, charlie):
        other_site.login_as(charlie)
        assert other_site.get(path).status_code == 404
        assert other_site.post(f"{path}sign/").status_code == 404
        assert other_site.get("/office/counter/deposits/DEP-2026-00001-0/").status_code == 404

    def test_lists_ask_no_more_for_more_rows(self, desk, path, clara, now):
        for place in range(3):
            clerk = Actor("staff", f"1{place}", f"Clerk {place}")
            operations.open_drawer(name="Desk", float_=usd(0), by=clerk, at=now)
        desk.get("/office/counter/drawers/")
        with counted_queries() as few:
            desk.get("/office/counter/drawers/")
        for place in range(6):
            clerk = Actor("staff", f"2{place}", f"Clerk {place}")
            operations.open_drawer(name="Desk", float_=usd(0), by=clerk, at=now)
        with counted_queries() as many:
            desk.get("/office/counter/drawers/")
        assert len(many) == len(few)
