"""The status of a citation at an instant, and when a vehicle may be booted."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from enforcement.rules import scofflaw, standing
from enforcement.rules.scofflaw import Unpaid
from enforcement.rules.standing import Facts, Status
from parkops.kernel.dates import Duration
from parkops.kernel.money import Money
from parkops.programme.violation_schema import BootReason, Scofflaw

AT = datetime(2026, 11, 20, 15, 0, tzinfo=UTC)
BEFORE, AFTER = AT - timedelta(hours=1), AT + timedelta(hours=1)
NEW_YORK = ZoneInfo("America/New_York")


class TestStatusAt:
    @pytest.mark.parametrize(
        ("facts", "stage", "expected"),
        [
            (Facts(False), "", "issued"),
            (Facts(False), "owner-lookup", "issued"),
            (Facts(False), "collections", "collections"),
            (Facts(True), "", "warning"),
            (Facts(False, settled_at=BEFORE), "collections", "paid"),
            (Facts(False, settled_at=AT), "", "paid"),
            (Facts(False, settled_at=AFTER), "", "issued"),
            (Facts(False, appeals=((BEFORE, None),)), "collections", "on_appeal"),
            (Facts(False, appeals=((BEFORE, AFTER),)), "", "on_appeal"),
            (Facts(False, appeals=((BEFORE, AT),)), "", "issued"),
            (Facts(False, appeals=((AFTER, None),)), "", "issued"),
            (Facts(False, dismissed_at=BEFORE, settled_at=BEFORE), "", "dismissed"),
            (Facts(True, voided_at=BEFORE, dismissed_at=BEFORE), "", "voided"),
            (Facts(False, voided_at=AFTER), "", "issued"),
        ],
    )
    def test_is_the_first_that_has_come_to_pass(self, facts, stage, expected):
        assert standing.status_at(facts, stage=stage, at=AT) == expected


class TestMayVoid:
    @pytest.mark.parametrize(
        ("status", "payments", "reason", "code"),
        [
            (Status.ISSUED, False, "typing error", ""),
            (Status.WARNING, False, "typing error", ""),
            (Status.ON_APPEAL, False, "typing error", ""),
            (Status.PAID, True, "typing error", "paid"),
            (Status.ISSUED, True, "typing error", "paid"),
            (Status.VOIDED, False, "typing error", "voided"),
            (Status.DISMISSED, False, "typing error", "dismissed"),
            (Status.ISSUED, False, "  ", "reason"),
        ],
    )
    def test_comes_before_money_and_with_a_reason(self, status, payments, reason, code):
        decision = standing.may_void(status=status, has_payments=payments, reason=reason)
        assert decision.code == code


RULE = Scofflaw(
    boot_when=(BootReason(unpaid=3), BootReason(amount=Money(35_000, "USD"))),
    older_than=Duration.parse("3d"),
    notice=Duration.parse("10d"),
    ignore=("on_appeal",),
)


def unpaid(days: float, minor: int = 4_000, status: str = "issued") -> Unpaid:
    return Unpaid(AT - timedelta(days=days), Money(minor, "USD"), status)


def arrears(*citations: Unpaid, notice: float | None = 20, rule: Scofflaw | None = RULE):
    sent = None if notice is None else AT - timedelta(days=notice)
    return scofflaw.arrears(
        rule, citations, notice_sent_at=sent, at=AT, zone=NEW_YORK, currency="USD"
    )


class TestArrears:
    def test_enough_in_number_or_in_amount(self):
        assert arrears(unpaid(4), unpaid(5), unpaid(6)).may_boot
        assert not arrears(unpaid(4), unpaid(5)).may_boot
        assert arrears(unpaid(4, 35_000)).may_boot
        assert arrears(unpaid(4), unpaid(5), unpaid(6)).text == "3 unpaid citations, 120.00"

    def test_young_and_ignored_ones_do_not_count(self):
        assert arrears(unpaid(4), unpaid(5), unpaid(3)).count == 2
        assert arrears(unpaid(4), unpaid(5), unpaid(9, status="on_appeal")).count == 2

    @pytest.mark.parametrize(("notice", "may"), [(None, False), (9.9, False), (10, True)])
    def test_a_notice_comes_first(self, notice, may):
        found = arrears(unpaid(4), unpaid(5), unpaid(6), notice=notice)
        assert (found.is_enough, found.may_boot) == (True, may)

    def test_without_a_rule_nothing_is_booted(self):
        assert not arrears(*[unpaid(50)] * 9, rule=None).is_enough
