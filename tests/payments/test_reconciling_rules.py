"""What differs between our payments and the provider's account, case by case."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from payments.rules.reconciling import (
    Movement,
    OurDispute,
    OurPayment,
    OurRefund,
    Ours,
    TheirDispute,
    TheirPayout,
    compare,
    payouts_apart,
)

AT = datetime(2026, 11, 10, 12, tzinfo=UTC)
SINCE = AT - timedelta(days=30)
PAID = OurPayment("R-1", "pi_1", "ref-1", "succeeded", 4_000, 146, AT)
CHARGE = Movement("txn_1", "charge", 4_000, 146, "ch_1", "pi_1", "ref-1", "Payment R-1", AT)
GIVEN = OurRefund("F-1", "R-1", "re_1", "fref-1", "succeeded", 1_000, AT)
BACK = Movement("txn_2", "refund", -1_000, 0, "re_1", "pi_1", "fref-1", "", AT)
RETURNED = Movement("txn_3", "refund_returned", 1_000, 0, "re_1", "pi_1", "fref-1", "", AT)
LOST = TheirDispute("du_1", "pi_1", 4_000, 1_500, AT)
NOTED = OurDispute("du_1", "R-1", 4_000, 1_500, AT)


def other(one, **changes):
    from dataclasses import replace

    return replace(one, **changes)


@pytest.mark.parametrize(
    ("ours", "movements", "disputes", "kind", "act", "effect"),
    [
        (Ours([PAID]), [CHARGE], [], None, "", 0),
        (Ours([other(PAID, intent_id="")]), [CHARGE], [], None, "", 0),
        (Ours([other(PAID, state="open")]), [CHARGE], [], "charge_not_noted", "settle", 3_854),
        (Ours([other(PAID, state="expired")]), [CHARGE], [], "charge_not_noted", "settle", 3_854),
        (Ours([other(PAID, state="unclear")]), [CHARGE], [], "charge_not_noted", "", 3_854),
        (
            Ours([other(PAID, state="needs_review", fee=None)]),
            [CHARGE],
            [],
            "fee_unknown",
            "fee",
            -146,
        ),
        (Ours(), [CHARGE], [], "charge_unknown", "book", 3_854),
        (Ours(booked=frozenset({"txn_1"})), [CHARGE], [], None, "", 0),
        (Ours([other(PAID, amount=3_000)]), [CHARGE], [], "charge_differs", "", 1_000),
        (Ours([other(PAID, fee=None)]), [CHARGE], [], "fee_unknown", "settle", -146),
        (Ours([other(PAID, fee=100)]), [CHARGE], [], "fee_differs", "fee", -46),
        (Ours([PAID]), [], [], "charge_missing", "", -3_854),
        (Ours([other(PAID, state="open")]), [], [], None, "", 0),
        (Ours([other(PAID, at=SINCE)]), [], [], None, "", 0),
        (Ours([PAID], [GIVEN]), [CHARGE, BACK], [], None, "", 0),
        (Ours([PAID]), [CHARGE, BACK], [], "refund_unknown", "refund", -1_000),
        (
            Ours([PAID]),
            [CHARGE, other(BACK, intent_id="pi_9")],
            [],
            "refund_unknown",
            "book",
            -1_000,
        ),
        (
            Ours([PAID], [other(GIVEN, state="submitted", provider_id="")]),
            [CHARGE, BACK],
            [],
            "refund_not_noted",
            "refund",
            -1_000,
        ),
        (
            Ours([PAID], [other(GIVEN, amount=900)]),
            [CHARGE, BACK],
            [],
            "refund_differs",
            "",
            -100,
        ),
        (Ours([PAID], [GIVEN]), [CHARGE], [], "refund_missing", "", 1_000),
        (
            Ours([PAID], [GIVEN]),
            [CHARGE, BACK, RETURNED],
            [],
            "refund_returned",
            "refund",
            1_000,
        ),
        (
            Ours([PAID], [other(GIVEN, state="failed")]),
            [CHARGE, BACK, RETURNED],
            [],
            None,
            "",
            0,
        ),
        (Ours([PAID], disputes=[NOTED]), [CHARGE], [LOST], None, "", 0),
        (Ours([PAID]), [CHARGE], [LOST], "dispute_unknown", "dispute", -5_500),
        (
            Ours([PAID], disputes=[NOTED]),
            [CHARGE],
            [other(LOST, withdrawn=0)],
            "dispute_differs",
            "dispute",
            4_000,
        ),
        (Ours(), [], [LOST], "dispute_unknown", "", -5_500),
        (
            Ours(),
            [Movement("txn_9", "fee", -200, 0, "", "", "", "Radar", AT)],
            [],
            "fee_not_booked",
            "book",
            -200,
        ),
        (
            Ours(),
            [Movement("txn_9", "other", 500, 0, "tu_1", "", "", "", AT)],
            [],
            "other_not_booked",
            "book",
            500,
        ),
        (Ours(), [Movement("txn_9", "payout", -500, 0, "po_1", "", "", "", AT)], [], None, "", 0),
    ],
)
def test_each_difference_has_its_kind_act_and_effect(ours, movements, disputes, kind, act, effect):
    found = compare(ours, movements, disputes, since=SINCE)
    told = [(one.kind, one.act, one.effect) for one in found]
    assert told == ([] if kind is None else [(kind, act, effect)])


def test_a_charge_that_is_not_ours_names_its_payout():
    [found] = compare(Ours(), [other(CHARGE, payout="po_7")], [], since=SINCE)
    assert "payout po_7" in found.text
    assert found.about["amount"] == "4000"


def test_a_payout_that_is_not_what_its_parts_come_to_is_said():
    agrees, apart = TheirPayout("po_1", 5_000, 5_000, AT), TheirPayout("po_2", 5_000, 4_900, AT)
    [found] = payouts_apart([agrees, apart])
    assert (found.kind, found.subject) == ("payout_differs", "payout-parts:po_2")
    assert (found.ours, found.theirs, found.effect) == (4_900, 5_000, 0)


_amounts = st.integers(min_value=1, max_value=100_000)


@given(st.lists(st.tuples(_amounts, _amounts, st.booleans(), st.booleans()), max_size=8))
def test_the_effects_explain_the_balance(rows):
    """What the account has more than our books is what the differences say, whatever is unknown."""
    payments, movements = [], []
    for place, (amount, fee, is_noted, is_told) in enumerate(rows):
        state = "succeeded" if is_noted else "open"
        one = OurPayment(f"R-{place}", f"pi_{place}", f"ref-{place}", state, amount, fee, AT)
        payments.append(one)
        if is_told:
            movements.append(
                Movement(
                    f"t{place}", "charge", amount, fee, f"ch_{place}", one.intent_id, "", "", AT
                )
            )
    found = compare(Ours(payments), movements, [], since=SINCE)
    theirs = sum(one.amount - one.fee for one in movements)
    ours = sum(one.amount - (one.fee or 0) for one in payments if one.state == "succeeded")
    assert theirs - ours == sum(one.effect for one in found)
