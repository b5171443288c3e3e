"""The card terminal's day: what it took, the total on its slip, and what differs by its name."""

import pytest

from parkops.kernel.decisions import Conflict, NotFound, Refused
from payments import operations, queries
from payments.accounts import (
    CASH_OVER_SHORT,
    FINE_REVENUE,
    IN_TRANSIT,
    RECEIVABLE,
    TERMINAL_CLEARING,
)
from payments.models import TerminalBatch
from tests.factories.payments import CLERK, assert_sound, books, make_charge, usd
from tests.payments.test_races import at_once

HOME = "/office/counter/terminal/"


def take(at, net=4_000, slip="1"):
    return operations.take_payment(
        charge_ids=[make_charge(at=at, net=net).public_id],
        method="terminal",
        reference=slip,
        by=CLERK,
        at=at,
    )


def close(at, total, seen=None, **more) -> TerminalBatch:
    seen = total if seen is None else seen
    return operations.close_terminal(total=usd(total), seen=usd(seen), by=CLERK, at=at, **more)


@pytest.mark.usefixtures("harbor", "raising")
class TestClose:
    def test_what_the_slip_says_goes_on_its_way_to_the_bank(self, now):
        first, second = take(now), take(now, 2_500, "2")
        batch = close(now, 6_500, slip="Z-77")
        assert [one.payment for one in queries.items_of_batch(batch)] == [first, second]
        assert (batch.difference_minor, batch.slip) == (0, "Z-77")
        assert books(now) == {IN_TRANSIT: 6_500, FINE_REVENUE: -6_500}
        assert_sound(now)

    def test_a_difference_has_a_reason_and_is_over_or_short(self, now):
        take(now)
        with pytest.raises(Refused, match="here it is .*40.00. Say why"):
            close(now, 3_900, 4_000)
        batch = close(now, 3_900, 4_000, reason="A slip of 1.00 was voided at the terminal")
        assert batch.difference_minor == -100
        assert books(now) == {IN_TRANSIT: 3_900, CASH_OVER_SHORT: 100, FINE_REVENUE: -4_000}
        assert_sound(now)

    def test_what_was_given_back_is_taken_off_now_or_the_next_day(self, now):
        payment, other = take(now), take(now, 2_000, "2")
        refund = {"reason": "Wrong car", "by": CLERK, "at": now}
        operations.refund_payment(payment.number, amount=usd(1_000), **refund)
        assert close(now, 5_000).expected_minor == 5_000
        operations.refund_payment(other.number, amount=usd(500), **refund)
        take(now, 3_000, "3")
        assert close(now, 2_500).expected_minor == 2_500
        told = books(now)
        assert (told[IN_TRANSIT], told[RECEIVABLE]) == (7_500, 1_500)
        assert TERMINAL_CLEARING not in told
        assert_sound(now)

    def test_twice_is_once_and_what_came_meanwhile_is_seen(self, now):
        take(now)
        close(now, 4_000)
        with pytest.raises(Refused, match="Nothing was taken"):
            close(now, 4_000)
        take(now)
        take(now, 500)
        with pytest.raises(Conflict, match="More was taken meanwhile"):
            close(now, 4_000)
        assert TerminalBatch.objects.count() == 1

    def test_waits_for_the_bank_among_what_is_on_its_way(self, now):
        from datetime import timedelta

        from tests.factories.statements import Entry, camt

        take(now)
        batch = close(now, 4_000)
        operations.read_statement(camt(Entry("1.00")), name="x.xml", by=CLERK, at=now)
        late = queries.with_the_bank(now + timedelta(days=6))
        assert f"terminal:{batch.number}" in [one.subject for one in late]


def test_two_close_at_once_and_it_is_closed_once(own_database, now, raising):
    take(now)
    at_once(own_database, *[lambda: close(now, 4_000) for _ in range(2)])
    assert TerminalBatch.objects.count() == 1
    assert books(now)[IN_TRANSIT] == 4_000
    assert_sound(now)


@pytest.mark.usefixtures("raising")
class TestPages:
    def test_the_day_is_closed_and_shown(self, site, alice, now):
        site.login_as(alice)
        payment = take(now, slip="4711")
        assert "4711" in site.get(HOME).content.decode()
        short = {"total": "39.00", "seen": "4000", "slip": "", "reason": ""}
        assert site.post(HOME, short).status_code == 422
        answer = site.post(HOME, {**short, "reason": "Voided at the terminal"})
        number = TerminalBatch.objects.get().number
        assert answer["Location"] == f"{HOME}{number}/"
        shown = site.get(f"{HOME}{number}/").content.decode()
        assert payment.number in shown
        assert "Voided at the terminal" in shown
        assert "Nothing waits at the terminal" in site.get(HOME).content.decode()

    def test_is_for_who_signs_drawers(self, site, clara, harbor):
        site.login_as(clara)
        assert site.get(HOME).status_code == 403

    def test_of_another_tenant_there_is_none(self, harbor, hillside, other_site, now):
        take(now)
        number = close(now, 4_000).number
        assert other_site.get(f"{HOME}{number}/").status_code in (302, 404)
        with pytest.raises(NotFound):
            queries.terminal_batch("TB-2026-99999-9")
