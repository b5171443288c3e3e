"""Scenarios H of the product's list, each row named by its id: what comes back."""

from datetime import timedelta

import pytest
from django.db import transaction

from parkops.kernel.actors import SYSTEM
from parkops.kernel.decisions import Conflict
from parkops.kernel.money import Money
from parkops.kernel.periods import Period
from parkops.programme.permit_schema import Refund
from payments import queries as charges
from payments.models import Refund as PaidBack
from permits import operations
from permits.models import Permit
from permits.operations import ending
from permits.rules import amounts, refunds
from permits.rules.status import Status
from tests.permits.test_rules_prices import NEW_YORK, at, programme
from tests.seed import PROGRAMMES

DAY = timedelta(days=1)


def back(rule: dict, term: tuple[str, str], when: str, *, net: int, tax: int = 0):
    return refunds.refund(
        Refund.model_validate(rule, context={"currency": "USD"}),
        net_paid=Money(net, "USD"),
        tax_paid=Money(tax, "USD"),
        period=Period(at(f"{term[0]}T00:00"), at(f"{term[1]}T00:00")),
        at=at(when),
        zone=NEW_YORK,
    )


def gross(amount: str, rate: str) -> tuple[int, int]:
    """Net and tax of a price that includes a tax of this rate."""
    rule = programme({"base": "1.00"}, tax={"rate": rate, "included": True}).tax
    net, tax = amounts.tax_of(Money.parse(amount, "USD"), rule, on="permits")
    return net.minor, tax.minor


FULL = {"basis": "full-months"}
YEAR = ("2026-01-01", "2027-01-01")
HALF_YEAR = ("2026-01-01", "2026-07-01")


@pytest.mark.parametrize(
    ("rule", "term", "when", "paid", "total", "tax"),
    [
        # The program refunds the share of what was paid: 8 of 12 months of 20 x 6 + 30 x 6.
        pytest.param(FULL, YEAR, "2026-04-15T12:00", (30000, 0), "200.00", "0.00", id="H1"),
        pytest.param(FULL, HALF_YEAR, "2026-03-26T12:00", (36000, 0), "180.00", "0.00", id="H2"),
        pytest.param(
            FULL,
            HALF_YEAR,
            "2025-12-31T12:00",
            gross("60.00", "24%"),
            "60.00",
            "11.61",
            id="H3-24%",
        ),
        pytest.param(
            FULL,
            HALF_YEAR,
            "2025-12-31T12:00",
            gross("120.00", "25.5%"),
            "120.00",
            "24.38",
            id="H3-25.5%",
        ),
        pytest.param(
            FULL, HALF_YEAR, "2026-03-26T12:00", gross("180.00", "24%"), "90.00", "17.42", id="H4"
        ),
        pytest.param(
            FULL,
            ("2026-03-01", "2026-04-01"),
            "2026-02-28T23:59",
            (6000, 0),
            "60.00",
            "0.00",
            id="H5-not-begun",
        ),
        pytest.param(
            FULL,
            ("2026-03-01", "2026-04-01"),
            "2026-03-01T00:00",
            (6000, 0),
            "0.00",
            "0.00",
            id="H5-begun",
        ),
        pytest.param(
            FULL | {"fee": "10%"}, YEAR, "2025-12-01T00:00", (1000, 0), "9.00", "0.00", id="H11-10%"
        ),
        pytest.param(
            FULL | {"fee": "9.9%"},
            YEAR,
            "2025-12-01T00:00",
            (1000, 0),
            "9.01",
            "0.00",
            id="H11-9.9%",
        ),
        pytest.param(
            FULL | {"fee": "1.00"},
            YEAR,
            "2025-12-01T00:00",
            (1000, 0),
            "9.00",
            "0.00",
            id="H11-1.00",
        ),
    ],
)
def test_comes_back(rule, term, when, paid, total, tax):
    found = back(rule, term, when, net=paid[0], tax=paid[1])
    assert (found.total.amount, found.tax.amount) == (total, tax)
    assert sum(line.amount.minor for line in found.lines) == found.total.minor


def test_h11_a_share_kept_is_told_in_money():
    found = back(FULL | {"fee": "9.9%"}, YEAR, "2025-12-01T00:00", net=1000)
    assert found.because[-1] == "A fee of $0.99 is kept."


@pytest.mark.django_db
class TestActs:
    def cancel(self, permit: Permit, when):
        return operations.cancel_permit(permit.number, reason="moved", by=SYSTEM, at=when)

    def test_h6_nothing_paid_or_free_leaves_no_refund(self, person, hold, sell, now):
        ana = person("ana")
        self.cancel(hold(ana, "MONTH", "ABC 123"), now)
        self.cancel(sell(ana, "GUEST", "ABC 123"), now)
        assert not PaidBack.objects.exists()

    def test_h7_what_was_given_back_is_not_given_back_again(self, person, sell, now):
        permit = sell(person("ana"), "MONTH", "ABC 123")
        self.cancel(permit, now + DAY)
        given = charges.charge_of("permit", permit.number).amount
        with pytest.raises(Conflict):
            self.cancel(permit, now + 2 * DAY)
        assert charges.charge_of("permit", permit.number).amount == given

    def test_h8_the_tax_of_the_sale_comes_back(self, person, sell, apply_programme, now):
        permit = sell(person("ana"), "MONTH", "ABC 123", start=now + 5 * DAY)
        text = (PROGRAMMES / "harbor.yaml").read_text().replace('rate: "8%"', 'rate: "20%"')
        apply_programme(text, at=now + DAY)
        found = self.cancel(permit, now + 2 * DAY).refund
        assert (found.net.amount, found.tax.amount) == ("50.00", "4.00")

    def test_h10_all_of_an_end_or_nothing(self, person, sell, now, monkeypatch):
        permit = sell(person("ana"), "MONTH", "ABC 123")

        def fail(*_args, **_named):
            raise RuntimeError("the message could not be written")

        monkeypatch.setattr(ending.notices, "tell", fail)
        with pytest.raises(RuntimeError), transaction.atomic():
            self.cancel(permit, now + DAY)
        permit.refresh_from_db()
        assert permit.status_at(now + DAY) is Status.ACTIVE
        assert charges.charge_of("permit", permit.number).amount.amount == "54.00"
        assert not PaidBack.objects.exists()
