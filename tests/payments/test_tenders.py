"""Several ways of paying at once, terminals, gift certificates, goods: all or nothing, one receipt."""

from datetime import date, timedelta

import pytest
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from parkops.kernel.decisions import Conflict, Refused
from payments import operations, pages
from payments.accounts import (
    CASH,
    CUSTOMER_CREDIT,
    FINE_REVENUE,
    GIFT_CERTIFICATES,
    GOODS_DRIVES,
    GOODWILL,
    RECEIVABLE,
    TERMINAL_CLEARING,
)
from payments.models import Charge, GiftCertificate, GoodsDrive, Payment
from payments.operations import Tender, drives, gifts
from payments.queries import charge_of
from payments.queries import tenders as reading
from payments.rules import tenders as rules
from tests.factories.payments import CLERK, assert_sound, books, make_charge, owed, pay, usd
from tests.payments.test_races import at_once

pytestmark = pytest.mark.usefixtures("raising")


def take(*charges, at, ways, key="") -> list[Payment]:
    return operations.take_tenders(
        charge_ids=[charge.public_id for charge in charges],
        ways=ways,
        request_key=key,
        by=CLERK,
        at=at,
    )


def terminal(minor: int | None = None, slip: str = "4711") -> Tender:
    return Tender("terminal", None if minor is None else usd(minor), slip)


def cash(minor: int | None = None) -> Tender:
    return Tender("cash", None if minor is None else usd(minor))


@pytest.fixture
def cans(harbor, now) -> GoodsDrive:
    return drives.make_drive(
        code="cans",
        name="Cans for the pantry",
        piece="can",
        worth=usd(100),
        most=usd(1_000),
        kinds=["citation"],
        first_on=date(2026, 11, 1),
        last_on=date(2026, 12, 24),
        by=CLERK,
        at=now,
    )


@pytest.fixture
def gift(harbor, now) -> GiftCertificate:
    return gifts.give_gift(amount=usd(2_500), reason="For a long wait", by=CLERK, at=now)


class TestRules:
    @pytest.mark.parametrize(
        ("asked", "code"),
        [
            ([], "tenders"),
            ([rules.Asked("cash", 100)] * 2, "tenders"),
            ([rules.Asked("cash"), rules.Asked("cheque")], "tenders"),
            ([rules.Asked("cheque", 1)] * 9, "tenders"),
            ([rules.Asked("card", 1)], "method"),
            ([rules.Asked("cash", 0)], "amount"),
            ([rules.Asked("terminal", 100)], "reference"),
            ([rules.Asked("gift", 100, "ABCD")], "reference"),
            ([rules.Asked("goods", None, "", 3)], "reference"),
            ([rules.Asked("goods", None, "CANS")], "pieces"),
            ([rules.Asked("goods", None, "CANS", 3), rules.Asked("cash")], ""),
            ([rules.Asked("credit")], "tenders"),
            ([rules.Asked("credit", 5), rules.Asked("credit"), rules.Asked("cash")], "tenders"),
            ([rules.Asked("credit"), rules.Asked("cash")], ""),
            ([rules.Asked("cash", 5000), rules.Asked("terminal", None, "1")], ""),
        ],
    )
    def test_which_ways_go_together(self, asked, code):
        assert rules.may_take_together(asked).code == code

    @pytest.mark.parametrize(
        ("kind", "balance", "brought", "room"),
        [("citation", 4_000, 0, 1_000), ("citation", 400, 0, 400), ("citation", 4_000, 700, 300)]
        + [("permit", 4_000, 0, 0), ("citation", 4_000, 1_500, 0)],
    )
    def test_how_much_goods_may_pay(self, kind, balance, brought, room):
        drive = rules.Drive("Cans", "can", usd(100), usd(1_000), ("citation",), date.min, date.max)
        told = rules.goods_room(drive, kind=kind, balance=balance, brought=brought)
        assert told == room

    @given(st.text(alphabet=rules.ALPHABET, min_size=12, max_size=12))
    def test_a_code_is_read_as_it_is_shown(self, code):
        shown = rules.shown_code(code)
        assert rules.code_of(f" {shown.lower()} ") == code
        assert rules.code_of(shown[:-1]) == ""


class TestCreditAmongOthers:
    @pytest.fixture
    def owing(self, ana, now):
        """Ana has a credit of 15.00 and owes 40.00."""
        before = make_charge(at=now, customer_id=ana.pk, net=1_000)
        pay(before, at=now, method="cheque", amount=2_500)
        return make_charge(at=now, customer_id=ana.pk, net=4_000)

    @pytest.mark.parametrize(("credit", "rest"), [(None, 2_500), (1_200, 2_800)])
    def test_pays_what_it_can_or_what_is_said_and_the_rest_is_cash(self, owing, now, credit, rest):
        ways = [cash(rest + 200), Tender("credit", None if credit is None else usd(credit))]
        for _ in range(2):
            taken = take(owing, at=now, ways=ways, key="once")
        assert [(one.method, one.amount_minor, one.change_minor) for one in taken] == [
            ("cash", rest, 200)
        ]
        assert owed(owing) == 0
        assert sum(one.credit_minor for one in Payment.objects.all()) == 1_500 - (credit or 1_500)
        assert_sound(now)

    @pytest.mark.parametrize(
        ("ways", "told"),
        [
            ([Tender("credit", usd(1_600)), cash()], "credit is"),
            ([Tender("credit", usd(0)), cash()], "above zero"),
            ([Tender("credit")], "without other ways"),
            ([Tender("gift", None, "AAAABBBBCCCC"), Tender("credit", usd(100))], "certificate"),
        ],
    )
    def test_refused_nothing_is_taken(self, owing, now, ways, told):
        with pytest.raises(Refused, match=told):
            take(owing, at=now, ways=ways)
        assert (owed(owing), Payment.objects.count()) == (4_000, 1)

    def test_without_any_it_is_refused(self, now, ana):
        with pytest.raises(Refused, match="has no credit"):
            take(make_charge(at=now, customer_id=ana.pk), at=now, ways=[Tender("credit"), cash()])

    def test_is_among_the_ways_of_the_counter(self, owing, ana, site, clara):
        site.login_as(clara)
        page = f"/office/counter/several/?customer={ana.reference}"
        assert "$15.00" in site.get(page).content.decode()
        body = {"charge": str(owing.public_id), "method_0": "credit", "method_1": "cheque"}
        assert site.post(page, body).status_code == 302
        assert owed(owing) == 0


class TestSeveralWays:
    def test_each_is_its_own_leg_with_one_receipt_and_change_of_cash(self, harbor, now, raising):
        one, two = make_charge(at=now), make_charge(at=now, net=2_000)
        taken = take(one, two, at=now, ways=[cash(5_000), terminal(3_000)])
        assert [(one.method, one.amount_minor, one.change_minor) for one in taken] == [
            ("terminal", 3_000, 0),
            ("cash", 3_000, 2_000),
        ]
        assert books(now) == {CASH: 3_000, TERMINAL_CLEARING: 3_000, FINE_REVENUE: -6_000}
        assert raising.was_told("settled") == 2
        for payment in taken:
            receipt = pages.receipt(payment.public_id)
            assert [line.amount for line in receipt.lines] == [usd(4_000), usd(2_000)]
            assert (receipt.total, receipt.change) == (usd(6_000), usd(2_000))
            assert [line.way for line in receipt.ways] == ["Card at the terminal", "Cash"]
        assert_sound(now)

    def test_one_of_them_may_pay_the_rest(self, harbor, now):
        charge = make_charge(at=now)
        taken = take(charge, at=now, ways=[terminal(), cash(1_500)])
        assert [(one.method, one.amount_minor) for one in taken] == [
            ("cash", 1_500),
            ("terminal", 2_500),
        ]

    def test_part_of_it_leaves_the_rest_owed(self, harbor, now):
        charge = make_charge(at=now)
        take(charge, at=now, ways=[cash(1_000), terminal(500)])
        assert owed(charge) == 2_500

    @pytest.mark.parametrize(
        ("ways", "code"),
        [
            ([terminal(3_000), Tender("cheque", usd(1_500))], "over"),
            ([terminal(4_000), cash(1_000)], "over"),
            ([terminal(1_000), Tender("gift", None, "ABCDEFGH2345")], "gift_unknown"),
            ([cash(1_000), Tender("goods", None, "NONE", 3)], "drive_unknown"),
            ([Tender("cheque", usd(100), "4111 1111 1111 1111")], "card_number"),
        ],
    )
    def test_what_does_not_go_takes_nothing(self, harbor, now, ways, code):
        charge = make_charge(at=now)
        with pytest.raises(Refused) as refusal:
            take(charge, at=now, ways=ways)
        assert refusal.value.code == code
        assert not Payment.objects.exists()
        assert owed(charge) == 4_000

    def test_twice_is_once_and_nothing_owed_is_told(self, harbor, now):
        charge = make_charge(at=now)
        first = take(charge, at=now, ways=[cash(3_000), terminal(1_000)], key="k")
        assert take(charge, at=now, ways=[cash(3_000), terminal(1_000)], key="k") == first
        with pytest.raises(Conflict):
            take(charge, at=now, ways=[cash(100)])

    def test_by_the_api(self, harbor, site, token, now):
        charge = make_charge(at=now)
        header = token("payments:write", "payments:read")
        body = {
            "charges": [str(charge.public_id)],
            "tenders": [
                {"method": "cash", "amount": {"amount": "30.00"}},
                {"method": "terminal", "amount": {"amount": "20.00"}, "reference": "77"},
            ],
        }

        def send(told):
            return site.post(
                "/api/v1/payments", told, headers=header, content_type="application/json"
            )

        answer = send(body)
        told = answer.json()
        assert answer.status_code == 201
        assert (told["amount"]["amount"], told["change_due"]["amount"]) == ("40.00", "10.00")
        assert [one["method"] for one in told["tenders"]] == ["terminal", "cash"]
        assert told["allocations"][0]["amount"]["amount"] == "40.00"
        assert send({**body, "method": "cash"}).status_code == 422
        alone = make_charge(at=now)
        one = send(
            {"charges": [str(alone.public_id)], "method": "terminal", "payment_method": "78"}
        ).json()
        assert (one["reference"], one["tenders"]) == ("78", None)


class TestGifts:
    def test_given_and_used_in_parts(self, gift, now):
        charge = make_charge(at=now)
        taken = take(
            charge, at=now, ways=[cash(), Tender("gift", None, rules.shown_code(gift.code))]
        )
        assert [(one.method, one.amount_minor) for one in taken] == [
            ("gift", 2_500),
            ("cash", 1_500),
        ]
        assert books(now) == {CASH: 1_500, GOODWILL: 2_500, FINE_REVENUE: -4_000}
        gift.refresh_from_db()
        assert gift.left_minor == 0
        with pytest.raises(Refused, match="used up"):
            take(make_charge(at=now), at=now, ways=[Tender("gift", None, gift.code)])
        assert [one.number for one in reading.uses_of(gift)] == [taken[0].number]
        assert_sound(now)

    def test_sold_it_counts_once_it_is_paid(self, harbor, now):
        sold = gifts.sell_gift(amount=usd(5_000), text="For Ben", by=CLERK, at=now)
        use = [Tender("gift", usd(1_000), sold.code)]
        with pytest.raises(Refused, match="not been paid"):
            take(make_charge(at=now), at=now, ways=use)
        pay(Charge.objects.get(kind="gift"), at=now)
        take(make_charge(at=now), at=now, ways=use)
        sold.refresh_from_db()
        assert sold.left_minor == 4_000
        assert books(now)[GIFT_CERTIFICATES] == -4_000
        with pytest.raises(Refused, match="left on it"):
            take(
                make_charge(at=now, net=9_000), at=now, ways=[Tender("gift", usd(4_001), sold.code)]
            )
        assert_sound(now)

    def test_a_refund_goes_back_on_it(self, gift, now):
        charge = make_charge(at=now, net=2_000)
        payment = take(charge, at=now, ways=[Tender("gift", None, gift.code)])[0]
        operations.refund_payment(
            payment.number, amount=usd(500), reason="Too much", by=CLERK, at=now
        )
        gift.refresh_from_db()
        assert gift.left_minor == 1_000
        assert books(now)[GIFT_CERTIFICATES] == -1_000
        assert_sound(now)

    def test_no_more_of_its_price_goes_back_than_is_not_used(self, harbor, now):
        sold = gifts.sell_gift(amount=usd(5_000), text="For Ben", by=CLERK, at=now)
        bought = pay(Charge.objects.get(kind="gift"), at=now)
        take(make_charge(at=now), at=now, ways=[cash(), Tender("gift", usd(3_000), sold.code)])

        def give_back(minor: int):
            return operations.refund_payment(
                bought.number, amount=usd(minor), reason="Not wanted", by=CLERK, at=now
            )

        with pytest.raises(Refused, match="only .*20.00 of its price"):
            give_back(2_001)
        give_back(1_500)
        with pytest.raises(Refused, match="only .*5.00 of its price"):
            give_back(501)
        give_back(500)
        sold.refresh_from_db()
        assert not sold.is_live
        assert_sound(now)

    def test_not_after_its_day_nor_blocked(self, harbor, now):
        short = gifts.give_gift(
            amount=usd(500), reason="x", expires_on=date(2026, 11, 10), by=CLERK, at=now
        )
        with pytest.raises(Refused, match="could be used until"):
            take(
                make_charge(at=now),
                at=now + timedelta(days=1),
                ways=[Tender("gift", None, short.code)],
            )
        for _ in range(2):
            gifts.block_gift(short.number, reason="Lost", by=CLERK, at=now)
        with pytest.raises(Refused, match="blocked"):
            take(make_charge(at=now), at=now, ways=[Tender("gift", None, short.code)])

    def test_used_by_two_at_once_it_pays_what_it_is_worth(self, own_database, now, raising):
        gift = gifts.give_gift(amount=usd(2_500), reason="x", by=CLERK, at=now)
        charges = [make_charge(at=now) for _ in range(4)]
        at_once(
            own_database,
            *[
                lambda charge=charge: take(
                    charge, at=now, ways=[Tender("gift", usd(1_000), gift.code)]
                )
                for charge in charges
            ],
        )
        gift.refresh_from_db()
        assert (gift.left_minor, Payment.objects.count()) == (500, 2)
        assert_sound(now)


class TestDrives:
    def test_goods_pay_up_to_what_the_drive_says(self, cans, now):
        charge = make_charge(at=now)
        taken = take(charge, at=now, ways=[cash(), Tender("goods", None, "CANS", 8)])
        assert [(one.method, one.amount_minor, one.pieces) for one in taken] == [
            ("goods", 800, 8),
            ("cash", 3_200, None),
        ]
        assert books(now) == {CASH: 3_200, GOODS_DRIVES: 800, FINE_REVENUE: -4_000}
        told = reading.brought_to(["CANS"])["CANS"]
        assert (told.pieces, told.worth, told.takings) == (8, usd(800), 1)

    def test_no_more_of_a_charge_than_the_cap_in_all(self, cans, now):
        charge = make_charge(at=now)
        take(charge, at=now, ways=[Tender("goods", None, "CANS", 8)])
        with pytest.raises(Refused, match=r"at most .*2\.00 of this is paid in goods"):
            take(charge, at=now, ways=[Tender("goods", None, "cans", 3)])
        take(charge, at=now, ways=[Tender("goods", None, "cans", 2)])
        assert owed(charge) == 3_000

    def test_is_never_given_back_in_money(self, cans, now, ana):
        charge = make_charge(at=now, net=1_000, customer_id=ana.pk)
        payment = take(charge, at=now, ways=[Tender("goods", None, "CANS", 10)])[0]
        with pytest.raises(Refused, match="not given back in money"):
            operations.refund_payment(payment.number, amount=usd(100), reason="x", by=CLERK, at=now)
        refund = operations.refund_charge(
            kind="citation",
            reference=charge.reference,
            net=usd(1_000),
            tax=usd(0),
            reason="Dismissed",
            by=CLERK,
            at=now,
        )
        assert refund is None
        assert operations.refund_credit(payment.number, reason="x", by=CLERK, at=now) is None
        assert books(now) == {GOODS_DRIVES: 1_000, CUSTOMER_CREDIT: -1_000}
        assert RECEIVABLE not in books(now)
        assert_sound(now)

    def test_not_before_nor_after_nor_for_other_kinds(self, cans, now):
        with pytest.raises(Refused, match="takes goods from"):
            take(
                make_charge(at=now),
                at=now + timedelta(days=60),
                ways=[Tender("goods", None, "CANS", 1)],
            )
        with pytest.raises(Refused, match="at most"):
            take(
                make_charge(at=now, kind="permit"), at=now, ways=[Tender("goods", None, "CANS", 1)]
            )

    @pytest.mark.parametrize(
        "wrong",
        [{"worth": usd(0)}, {"most": usd(0)}, {"last_on": date(2026, 1, 1)}, {"kinds": []}]
        + [{"code": "a b"}, {"code": "CANS"}],
    )
    def test_a_drive_that_cannot_be_is_refused(self, cans, now, wrong):
        told = {
            "code": "TOYS",
            "name": "Toys",
            "piece": "toy",
            "worth": usd(500),
            "most": None,
            "kinds": ["citation"],
            "first_on": date(2026, 12, 1),
            "last_on": date(2026, 12, 2),
        }
        with pytest.raises(Refused):
            drives.make_drive(**{**told, **wrong}, by=CLERK, at=now)


class TestPages:
    def test_a_clerk_takes_several_ways(self, site, clara, ana):
        now = timezone.now()
        charge = make_charge(at=now, customer_id=ana.pk)
        site.login_as(clara)
        page = f"/office/counter/several/?customer={ana.reference}"
        assert "No valid permit" in site.get(page).content.decode()
        body = {"charge": str(charge.public_id), "method_0": "terminal", "reference_0": "9"}
        cashless = site.post(page, {**body, "amount_0": "30.00", "method_1": "cash"})
        assert "Open a drawer" in cashless.content.decode()
        wrong = site.post(page, {**body, "amount_0": "99.00"})
        assert (wrong.status_code, "Only cash gives change" in wrong.content.decode()) == (
            422,
            True,
        )
        answer = site.post(
            page, {**body, "amount_0": "30.00", "method_1": "cheque", "amount_1": "10.00"}
        )
        receipt = site.get(answer["Location"]).content.decode()
        assert "Card at the terminal" in receipt
        assert "$40.00" in receipt

    def test_gift_certificates_are_sold_shown_and_blocked(self, site, clara):
        site.login_as(clara)
        answer = site.post("/office/gift-certificates/new/", {"way": "sold", "amount": "50.00"})
        gift = GiftCertificate.objects.get()
        assert answer["Location"] == f"/office/gift-certificates/{gift.number}/"
        assert rules.shown_code(gift.code) in site.get(answer["Location"]).content.decode()
        assert gift.number in site.get(f"/office/gift-certificates/?q={gift.code}").content.decode()
        given = site.post(
            "/office/gift-certificates/new/", {"way": "given", "amount": "50.00", "text": "x"}
        )
        assert given.status_code == 422
        assert charge_of("gift", gift.number).balance == usd(5_000)
        site.post(f"{answer['Location']}block/", {"reason": "Lost"})
        assert "Blocked" in site.get(answer["Location"]).content.decode()

    def test_drives_are_made_by_who_may_refund(self, site, alice, clara, cans):
        site.login_as(clara)
        assert site.get("/office/drives/new/").status_code == 403
        site.login_as(alice)
        body = {
            "code": "TOYS",
            "name": "Toys",
            "piece": "toy",
            "worth": "5.00",
            "kinds": "citation",
            "first_on": "2026-12-01",
            "last_on": "2026-12-24",
        }
        answer = site.post("/office/drives/new/", body)
        assert answer["Location"] == "/office/drives/TOYS/"
        assert "1 toy" in site.get(answer["Location"]).content.decode()
        assert "Cans for the pantry" in site.get("/office/drives/").content.decode()

    def test_another_tenants_are_404(self, other_site, charlie, gift, cans):
        other_site.login_as(charlie)
        assert other_site.get(f"/office/gift-certificates/{gift.number}/").status_code == 404
        assert other_site.get("/office/drives/CANS/").status_code == 404
