"""What a former system's file says of money comes into the books, stays proven, ages, and goes again."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db.models import Sum
from django_tenants.utils import tenant_context

from enforcement.imports import operations as imports
from enforcement.models import Citation
from enforcement.operations import citations as citing_acts
from enforcement.queries import citations as citing
from parkops.customers.models import Vehicle
from parkops.kernel.actors import SYSTEM
from parkops.kernel.decisions import Conflict
from parkops.programme import queries as programme
from payments import accounts, operations
from payments.models import Charge, LedgerEntry, LedgerMonth, LedgerTransaction, Payment
from payments.operations.brought import PAID_THERE
from payments.operations.charges import bring_charges_up_to_date
from payments.queries import days, proof
from reporting.catalogue import REPORTS
from reporting.catalogue.base import Asking
from tests.conftest import Site
from tests.enforcement.imports.conftest import PLAIN, mapping
from tests.factories.payments import CLERK, usd
from tests.permits.conftest import person  # noqa: F401  fixture

NYC = mapping(
    PLAIN.replace("name: plain", "name: nyc").replace("  place: where\n", "")
    + """  id: summons
  penalty: penalty_amount
  interest: interest_amount
  reduction: reduction_amount
  paid: payment_amount
  due: amount_due
number_prefix: NYC-
"""
)
FILE = """\
summons,when,what,plate,fine,penalty_amount,interest_amount,reduction_amount,payment_amount,amount_due
1,2026-11-05 10:00,METER,AAA 1,65,0,0,0,0,65
2,2026-10-20 10:00,METER,AAA 2,65,60,5.25,0,0,130.25
3,2026-09-01 10:00,HYDRANT,AAA 3,115,10,0,0,125,0
4,2026-09-10 10:00,HYDRANT,AAA 4,115,30,2.50,0,100,47.50
5,2026-07-01 10:00,METER,AAA 5,65,30,0,20,0,75
6,2026-01-05 10:00,METER,AAA 6,65,,,,75,-10
7,2026-01-05 10:00,METER,AAA 7,65,10,1,6,20,51
"""
OWED = {"1": 6500, "2": 13025, "3": 0, "4": 4750, "5": 7500, "6": 0}


def charge(summons: str) -> Charge:
    return Charge.objects.get(kind="citation", reference=f"NYC-{summons}")


def balance(account: str) -> int:
    rows = LedgerEntry.objects.filter(account_id=account)
    return rows.aggregate(total=Sum("amount_minor"))["total"] or 0


@pytest.fixture
def brought(bring):
    """The six situations, and a line that does not add up."""
    return bring(FILE, NYC)


@pytest.fixture
def sound(harbor, now):
    """The books are proven before and after."""
    yield
    assert proof.prove(now + timedelta(days=1)).found == []


@pytest.mark.usefixtures("sound")
class TestBroughtOver:
    def test_what_does_not_add_up_is_refused_with_both_sums(self, brought):
        outcome, [refusal] = brought
        assert (outcome.imported, outcome.refused) == (6, 1)
        assert (refusal.line, refusal.field, refusal.value) == (8, "due", "51")
        assert "51.00 is due" in refusal.reason
        assert refusal.reason.endswith("less 6.00 reduced and 20.00 paid, leave 50.00.")

    def test_each_has_its_charge_with_its_parts(self, brought):
        assert {n: charge(n).balance_minor for n in OWED} == OWED
        part = charge("4")
        assert (part.net_minor, part.late_fee_minor, part.discount_minor) == (11500, 3250, 0)
        assert (part.paid_minor, part.item_code, part.settled_at) == (10000, "HYDRANT", None)
        assert [line["text"] for line in part.lines] == ["HYDRANT", "Penalty", "Interest"]
        assert charge("5").discount_minor == 2000
        assert charge("3").settled_at is not None

    def test_what_was_paid_is_a_payment_that_was_never_taken_here(self, brought, now):
        payment = Payment.objects.get(brought_for=charge("4"))
        assert (payment.method, payment.state, payment.reference) == (
            "other",
            "succeeded",
            PAID_THERE,
        )
        assert payment.amount_minor == 10000
        assert Payment.objects.count() == 3
        start, end = now - timedelta(days=1), now + timedelta(days=1)
        assert days.taken(start, end, "method") == []
        assert days.posted_on_the_day(start, end)["taken:other"] == 0

    def test_all_of_it_stands_against_one_account(self, brought):
        owed, over = sum(OWED.values()), 1000
        assert balance(accounts.RECEIVABLE) == owed
        assert balance(accounts.CUSTOMER_CREDIT) == -over
        assert balance(accounts.BROUGHT_OVER) == over - owed
        touched = set(LedgerEntry.objects.values_list("account_id", flat=True))
        assert touched == {"1100", "2200", "3000"}

    def test_the_citation_stands_as_the_file_says(self, brought, now):
        at = now + timedelta(hours=1)
        stand = {
            n: citing.standing_of(Citation.objects.get(number=f"NYC-{n}"), at=at) for n in OWED
        }
        assert {n: one.owed.minor for n, one in stand.items()} == OWED
        assert stand["4"].paid == usd(10_000)
        assert [stand[n].status for n in ("1", "3", "6")] == ["issued", "paid", "paid"]

    def test_bringing_it_up_to_date_changes_nothing(self, brought, now):
        before = list(Charge.objects.order_by("pk").values())
        assert bring_charges_up_to_date(at=now + timedelta(days=40)) == 0
        assert list(Charge.objects.order_by("pk").values()) == before

    def test_what_is_owed_is_paid_here(self, brought, now):
        one = charge("5")
        operations.take_payment(charge_ids=[one.public_id], method="cash", by=CLERK, at=now)
        assert Citation.objects.get(number="NYC-5").settled_at == now
        assert balance(accounts.CASH) == 7500

    def test_what_was_overpaid_is_given_back(self, brought, now):
        payment = Payment.objects.get(brought_for=charge("6"))
        assert payment.credit_minor == 1000
        operations.refund_payment(
            payment.number, amount=usd(1000), reason="Too much", by=CLERK, at=now
        )
        payment.refresh_from_db()
        assert (payment.credit_minor, payment.refunded_minor) == (0, 1000)

    def test_a_void_takes_it_off_the_account_it_came_from(self, brought, now):
        citing_acts.void_citation("NYC-5", reason="A mistake", by=SYSTEM, at=now)
        assert charge("5").amount_minor == 0
        assert balance(accounts.RECEIVABLE) == sum(OWED.values()) - 7500
        touched = set(LedgerEntry.objects.values_list("account_id", flat=True))
        assert touched == {"1100", "2200", "3000"}

    def test_twice_is_once(self, brought, bring):
        again, _ = bring(FILE, NYC)
        assert (again.imported, again.known) == (0, 6)
        assert (Charge.objects.count(), Payment.objects.count()) == (6, 3)

    def test_a_dry_run_brings_nothing(self, bring):
        assert bring(FILE, NYC, dry_run=True)[0].imported == 6
        assert not Charge.objects.exists()

    def test_another_tenant_has_none_of_it(self, brought, hillside):
        with tenant_context(hillside):
            assert not Charge.objects.filter(reference__startswith="NYC-").exists()
            assert not Payment.objects.filter(brought_for__isnull=False).exists()

    def test_credit_is_of_who_held_the_plate_then(self, bring, now, person):  # noqa: F811
        ana = person("ana")
        Vehicle.objects.create(
            customer=ana, plate_text="AAA 6", plate_key="AAA6", added_at=now - timedelta(days=900)
        )
        bring(FILE, NYC)
        assert Payment.objects.get(credit_minor=1000).customer_id == ana.pk
        assert charge("6").customer_id == ana.pk
        assert charge("5").customer_id is None
        rows = LedgerEntry.objects.filter(account_id=accounts.CUSTOMER_CREDIT)
        assert [row.customer_id for row in rows] == [ana.pk]

    def test_of_a_closed_month_it_is_posted_in_the_first_open_one(self, bring, now):
        ends_at = now + timedelta(days=5)
        LedgerMonth.objects.create(
            first_on=date(2026, 10, 1),
            begins_at=ends_at - timedelta(days=31),
            ends_at=ends_at,
            closed_at=ends_at,
            closed_by_name="Clara Clerk",
        )
        bring(FILE, NYC)
        assert set(LedgerEntry.objects.values_list("posted_at", flat=True)) == {ends_at}
        texts = LedgerTransaction.objects.values_list("text", flat=True)
        assert all("posted after the month was closed" in text for text in texts)

    def test_a_file_without_money_raises_nothing(self, bring):
        bring("when,what,fine,plate,where\n2014-07-01 10:00,METER,36.00,ABC 123,1 MAIN ST\n")
        assert not Charge.objects.exists()
        assert Citation.objects.get().brought is None

    def test_the_office_reads_it(self, brought, harbor, alice):
        site = Site(harbor)
        site.login_as(alice)
        page = site.get("/office/citations/NYC-4/").content.decode()
        assert "47.50" in page


class TestLines:
    HEAD = FILE.splitlines()[0]

    @pytest.mark.parametrize(
        ("sums", "field", "told"),
        [
            ("65,-1,0,0,0,64", "penalty", "A penalty cannot be below zero."),
            ("65,0,x,0,0,65", "interest", "'x' is not an amount of money."),
            ("65,0,0,70,0,0", "due", "It is reduced by 70.00, more than it came to: 65.00."),
            ("0,10,0,0,0,10", "due", "What has no fine cannot have a penalty or interest."),
            ("65,0,0,0,75,-11", "due", "leave -10.00"),
        ],
    )
    def test_refused_with_the_reason(self, bring, sums, field, told):
        _, [refusal] = bring(f"{self.HEAD}\n1,2026-11-05 10:00,METER,AAA 1,{sums}\n", NYC)
        assert refusal.field == field
        assert told in refusal.reason

    def test_what_is_due_may_be_left_blank(self, bring):
        outcome, _ = bring(f"{self.HEAD}\n1,2026-11-05 10:00,METER,AAA 1,65,10,0,0,5,\n", NYC)
        assert outcome.imported == 1
        assert charge("1").balance_minor == 7000

    def test_overpaid_may_also_be_written_as_nothing_due(self, bring):
        outcome, _ = bring(f"{self.HEAD}\n1,2026-11-05 10:00,METER,AAA 1,65,0,0,0,75,0\n", NYC)
        assert outcome.imported == 1


@pytest.mark.usefixtures("sound")
class TestUndo:
    def test_reverses_it_and_the_file_can_come_again(self, brought, bring, now):
        entries = LedgerEntry.objects.count()
        imports.undo_import(brought[0].batch, by=SYSTEM, at=now)
        assert not Citation.objects.exists()
        assert LedgerEntry.objects.count() == 2 * entries
        for account in ("1100", "2200", "3000"):
            assert balance(account) == 0
        assert set(Payment.objects.values_list("state", "credit_minor")) == {("cancelled", 0)}
        assert not Charge.objects.unsettled().exists()
        assert bring(FILE, NYC)[0].imported == 6
        assert {n: charge(n).balance_minor for n in OWED} == OWED

    def test_the_ledger_still_tells_what_it_was(self, brought, now):
        from payments.acts import act_of

        known = charge("1")
        imports.undo_import(brought[0].batch, by=SYSTEM, at=now)
        told = act_of(f"charge:{known.public_id}:raised").text
        assert told == f"Citation NYC-1 (import {brought[0].batch}), whose import was undone"

    @pytest.mark.parametrize("act", ["pay", "give back", "void"])
    def test_is_refused_once_something_was_done(self, brought, now, act):
        if act == "pay":
            operations.take_payment(
                charge_ids=[charge("5").public_id], method="cash", amount=usd(100), by=CLERK, at=now
            )
        elif act == "give back":
            number = Payment.objects.get(brought_for=charge("6")).number
            operations.refund_payment(number, amount=usd(1), reason="Part", by=CLERK, at=now)
        else:
            citing_acts.void_citation("NYC-1", reason="A mistake", by=SYSTEM, at=now)
        with pytest.raises(Conflict, match="1 citation of it was"):
            imports.undo_import(brought[0].batch, by=SYSTEM, at=now)
        assert Citation.objects.count() == 6


class TestAgeing:
    @pytest.fixture
    def aged(self, brought, now):
        """The ageing's rows as texts by head: `aged(by="age")`."""

        def do(**given: str):
            report = REPORTS["citation-ageing"]
            answers = report.answers({"to": "2026-11-30", **given}, today=date(2026, 11, 30))
            told = report.build(
                Asking(answers, programme.in_force(now).programme, now, lambda *_: None)
            )
            return [
                {
                    column.key: getattr(cell, "amount", cell)
                    for column, cell in zip(told.columns, row, strict=True)
                }
                for row in told.rows
            ]

        return do

    def test_by_age_since_issue(self, aged):
        rows = aged(by="age", since="issued")
        assert [(row["age"], row["owed"], row["overpaid"]) for row in rows] == [
            ("0 to 30 days", "65.00", "0.00"),
            ("31 to 60 days", "130.25", "0.00"),
            ("61 to 90 days", "47.50", "0.00"),
            ("91 to 180 days", "75.00", "0.00"),
            ("Over 180 days", "0.00", "10.00"),
        ]

    def test_since_due_what_is_not_due_is_said(self, aged):
        assert [row["age"] for row in aged(by="age")] == [
            "Not due",
            "0 to 30 days",
            "31 to 60 days",
            "91 to 180 days",
            "Over 180 days",
        ]

    def test_by_violation_all_parts_add_up_and_agree_with_the_account(self, aged):
        rows = aged(by="violation")
        assert [row["violation"] for row in rows] == ["HYDRANT", "METER"]
        for row in rows:
            parts = {key: Decimal(row[key]) for key in ("fine", "penalty", "interest")}
            less = Decimal(row["reduced"]) + Decimal(row["paid"]) - Decimal(row["overpaid"])
            assert sum(parts.values()) - less == Decimal(row["owed"])
        assert rows[0] | {"citations": 2, "penalty": "40.00", "interest": "2.50"} == rows[0]
        owed = sum(Decimal(row["owed"]) for row in rows)
        assert owed * 100 == balance(accounts.RECEIVABLE)
        over = sum(Decimal(row["overpaid"]) for row in rows)
        assert -over * 100 == balance(accounts.CUSTOMER_CREDIT)

    @pytest.mark.parametrize(("standing", "count"), [("owed", 4), ("settled", 2), ("overpaid", 1)])
    def test_of_some_only(self, aged, standing, count):
        assert sum(row["citations"] for row in aged(standing=standing)) == count
