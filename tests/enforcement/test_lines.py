"""Several violations on one stop, and vehicles without a plate."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from uuid import uuid4

import pytest
import time_machine
from hypothesis import given
from hypothesis import strategies as st

from enforcement.models import Citation
from enforcement.operations import appeals, citations
from enforcement.operations.citations import Draft
from enforcement.queries import boots
from enforcement.queries import checks as answers
from enforcement.queries import citations as citing
from enforcement.queries.checks import Look
from enforcement.rules import lines, owed
from enforcement.rules.owed import Appealed, Share
from parkops.kernel.actors import SYSTEM, Actor
from parkops.kernel.decisions import Refused
from parkops.kernel.money import Money
from parkops.programme.violation_schema import ScheduleStep
from payments import queries as charges

# A Tuesday, 10:15 in New York.
NOW = datetime(2026, 11, 10, 15, 15, tzinfo=UTC)
REVIEWER = Actor("staff", "77", "Rita")
ISSUED_ON = date(2026, 11, 10)
HALF = ScheduleStep(within="7d", discount=Decimal("0.5"))
LATE = ScheduleStep(after="14d", add=Money(1_500, "USD"))
DOUBLE = ScheduleStep(after="28d", times=Decimal(2))


def usd(minor: int) -> Money:
    return Money(minor, "USD")


def issue(*codes: str, plate: str = "ABC 123", **more) -> Citation:
    first, *also = codes or ("NO-PERMIT",)
    given = {"region": "", "zone": "LOT-A", "issued_at": NOW} | more
    draft = Draft(client_id=uuid4(), plate=plate, violation=first, also=tuple(also), **given)
    return citations.issue_citation(draft, by=SYSTEM, at=NOW).citation


@pytest.fixture
def two(harbor) -> tuple[str, str]:
    """Two violations of LOT-A that bring a fine."""
    found = [
        proposal.violation.code
        for proposal in answers.violations_without_plate("LOT-A", at=NOW)
        if proposal.fine.amount.minor and not proposal.fine.is_warning
    ]
    first, second = found[:2]
    return first, second


class TestShares:
    def test_the_same_steps_are_taken_once(self):
        parts = [Share(usd(4_000), (LATE,)), Share(usd(2_000), (LATE,))]
        case = owed.shared(parts, issued_on=ISSUED_ON)
        assert case.shares == ()
        assert owed.owing_on(case, ISSUED_ON + timedelta(days=15)).amount == usd(7_500)

    def test_each_violation_keeps_its_own_steps(self):
        case = owed.shared(
            [Share(usd(4_000), (HALF, LATE)), Share(usd(2_000), (DOUBLE,))], issued_on=ISSUED_ON
        )
        owing = [
            owed.owing_on(case, ISSUED_ON + timedelta(days=n)).amount.minor for n in (0, 8, 15, 29)
        ]
        assert owing == [4_000, 6_000, 7_500, 9_500]
        assert [step.owed.minor for step in owed.steps(case, ISSUED_ON)] == owing
        assert owed.fully(case, ISSUED_ON) == usd(6_000)

    def test_a_reduction_is_of_the_whole(self):
        case = owed.shared(
            [Share(usd(4_000), (LATE,)), Share(usd(2_000), (DOUBLE,))],
            issued_on=ISSUED_ON,
            appeals=(
                Appealed(ISSUED_ON, False, ISSUED_ON + timedelta(days=1), "reduced", usd(3_000)),
            ),
        )
        owing = [
            owed.owing_on(case, ISSUED_ON + timedelta(days=n)).amount.minor for n in (1, 15, 29)
        ]
        assert owing == [3_000, 4_500, 5_500]

    @given(
        st.lists(st.integers(0, 90_000), min_size=1, max_size=4),
        st.integers(0, 90),
        st.sampled_from([(), (HALF,), (LATE,), (HALF, LATE, DOUBLE)]),
    )
    def test_parts_with_one_schedule_are_one_fine(self, fines, days, schedule):
        on = ISSUED_ON + timedelta(days=days)
        parts = [Share(usd(fine), schedule) for fine in fines]
        together = owed.shared(parts, issued_on=ISSUED_ON)
        assert together == owed.Case(usd(sum(fines)), ISSUED_ON, schedule)
        assert owed.owing_on(together, on).amount.minor >= 0


class TestTogether:
    def test_are_different_and_few(self):
        assert lines.may_stand_together(["A", "B"])
        assert lines.may_stand_together(["A", "a"]).code == "violation_twice"
        assert lines.may_stand_together(list("ABCDEF")).code == "too_many_violations"

    def test_the_gravest_sanction_counts(self):
        assert lines.gravest(["warning", "tow", "fine"]) == "tow"


class TestLines:
    def test_k16_one_stop_is_one_citation_with_a_line_each(self, two):
        citation = issue(*two)
        assert Citation.objects.count() == 1
        assert [line.code for line in citation.lines] == list(two)
        assert citation.fine_minor == sum(line.fine_minor for line in citation.lines)
        assert all(line.fine_minor and line.name for line in citation.lines)
        assert citation.violation_code == two[0]
        charge = charges.charge_of("citation", citation.number)
        assert charge is not None
        now = citing.standing_of(citation, at=NOW)
        assert charge.balance == now.owed
        assert now.case.fine.minor == citation.fine_minor

    def test_k16_a_warning_has_amount_zero(self, two):
        citation = issue(*two, warning=True)
        assert [(line.sanction, line.fine_minor) for line in citation.lines] == [("warning", 0)] * 2
        assert citing.standing_of(citation, at=NOW).status == "warning"

    def test_each_counts_on_the_plate(self, two):
        issue(*two)
        again = issue(two[1], two[0])
        assert [line.nth for line in again.lines] == [2, 2]
        answer = answers.answers_to([Look("ABC 123", "", "LOT-A", NOW)])[0]
        assert answer.unpaid[0].citation.codes == two

    def test_the_same_violation_twice_is_refused(self, two):
        with pytest.raises(Refused) as refused:
            issue(two[0], two[0].lower())
        assert refused.value.code == "violation_twice"
        assert Citation.objects.count() == 0

    def test_an_appeal_reduces_the_total(self, two):
        citation = issue(*two)
        plea = appeals.Plea("other", "I was unloading.", "Ada", "ada@person.test")
        appeal = appeals.file_appeal(citation.number, plea, by=SYSTEM, at=NOW)
        appeals.decide_appeal(
            appeal.number,
            outcome="reduced",
            amount=usd(1_000),
            reason_code="other",
            text="Once is enough.",
            by=REVIEWER,
            at=NOW,
        )
        assert citing.standing_of(citation, at=NOW).owed == usd(1_000)
        charge = charges.charge_of("citation", citation.number)
        assert charge is not None
        assert charge.balance == usd(1_000)

    def test_is_found_by_any_of_its_violations(self, two):
        citation = issue(*two)
        for code in two:
            assert list(Citation.objects.raised_for(code.lower())) == [citation]


class TestWithoutPlate:
    def test_k4_a_vin_or_a_description_is_enough(self, harbor, django_assert_num_queries):
        by_vin = issue(plate="", without_plate=True, vin="WVWZZZ1JZXW000001")
        described = issue(plate="", without_plate=True, vehicle="Red VW Golf")
        for citation in (by_vin, described):
            assert (citation.plate_missing, citation.plate_text, citation.plate_key) == (
                True, "", "",
            )  # fmt: skip
            assert citation.because[0] == "The vehicle has no plate."
            assert charges.charge_of("citation", citation.number) is not None

    def test_k4_no_owner_is_looked_for(self, harbor, monkeypatch):
        def asked(*_args, **_more):
            raise AssertionError("an owner was looked for")

        monkeypatch.setattr(citations.customers, "holders_of", asked)
        issue(plate="", without_plate=True, vehicle="Red VW Golf")
        with pytest.raises(AssertionError):
            issue()

    def test_neither_is_refused_and_so_is_a_plate_besides(self, harbor):
        for more in ({}, {"plate": "ABC 123", "vehicle": "Red"}):
            with pytest.raises(Refused) as refused:
                issue(**({"plate": ""} | more), without_plate=True)
            assert refused.value.field in ("vehicle", "plate")

    def test_the_same_vin_is_counted(self, harbor):
        vin = "WVWZZZ1JZXW000001"
        first, second = (issue(plate="", without_plate=True, vin=vin) for _ in range(2))
        other = issue(plate="", without_plate=True, vin="OTHER")
        assert [c.nth for c in (first, second, other)] == [1, 2, 1]

    def test_a10_null_is_a_plate_only_where_it_was_written(self, harbor, site, alice):
        """Scenario A10: 40 citations without a plate are not those of the plate NULL."""
        for _ in range(3):
            issue(plate="", without_plate=True, vehicle="Gray van")
        real = issue(plate="NULL")
        answer = answers.answers_to([Look("NULL", "", "LOT-A", NOW)])[0]
        assert [s.citation for s in answer.unpaid] == [real]
        assert list(citing.unpaid_of("NULL", at=NOW))[0].citation == real
        assert all(row.plate_key for row in boots.in_arrears(at=NOW + timedelta(days=90)))
        with time_machine.travel(NOW, tick=False):
            text = site.login_as(alice).get("/office/citations/?q=null").content.decode()
        assert text.count('<td class="nowrap" data-wide><a href') == 1


class TestPages:
    @pytest.fixture(autouse=True)
    def _at_work(self):
        with time_machine.travel(NOW, tick=False):
            yield

    def test_an_officer_writes_two_violations_of_a_car_without_a_plate(self, site, bob, two):
        site.login_as(bob)
        site.post("/field/zones/", {"zone": "LOT-A"})
        assert "VIN" in site.get("/field/no-plate/").content.decode()
        body = {"client_id": str(uuid4()), "violation": two[0], "also": list(two)}
        assert site.post("/field/no-plate/", body).status_code == 422
        written = site.post("/field/no-plate/", body | {"vin": "wvw zzz 1", "public_note": "Seen"})
        citation = Citation.objects.get()
        assert written["Location"].endswith(f"{citation.number}/")
        assert (citation.vin, citation.codes, citation.public_note) == ("WVWZZZ1", two, "Seen")
        shown = site.get(written["Location"]).content.decode()
        assert "WVWZZZ1" in shown
        assert all(line.name in shown for line in citation.lines)

    def test_the_office_and_the_public_see_every_line(self, site, alice, two):
        citation = issue(*two, lat=47.606, lon=-122.340)
        site.login_as(alice)
        office = site.get(f"/office/citations/{citation.number}/").content.decode()
        assert "Where it was written" in office
        assert "and 1 more" in site.get("/office/citations/").content.decode()
        assert (
            citation.number in site.get(f"/office/citations/?violation={two[1]}").content.decode()
        )
        site.post("/account/sign-out/")
        site.post("/citations/", {"number": citation.number, "fact": citation.pin})
        public = site.get(f"/citations/{citation.number}/").content.decode()
        for line in citation.lines:
            assert line.name in office
            assert line.name in public


class TestApi:
    def test_lists_its_lines_and_takes_cars_without_a_plate(self, site, token, two):
        header = token("enforcement:read", "enforcement:write")

        def post(**more) -> tuple[int, dict]:
            body = {"client_id": str(uuid4()), "zone": "LOT-A", "at": NOW.isoformat()}
            answer = site.post(
                "/api/v1/citations",
                body | {"violation": two[0]} | more,
                content_type="application/json",
                headers=header,
            )
            return answer.status_code, answer.json()

        status, told = post(plate="ABC 123", violations=list(two))
        assert status == 201
        assert told["violation"] == two[0]
        assert [line["violation"] for line in told["lines"]] == list(two)
        fines = [Decimal(line["fine"]["amount"]) for line in told["lines"]]
        assert Decimal(told["fine"]["amount"]) == sum(fines)
        assert [line["violation"] for line in post(plate="ABC 124")[1]["lines"]] == [two[0]]
        status, told = post(plate_missing=True, vin="wvwzzz1")
        assert (status, told["plate"], told["plate_missing"], told["vin"]) == (
            201, None, True, "WVWZZZ1",
        )  # fmt: skip
        status, told = post()
        assert status == 422
        assert [error["field"] for error in told["errors"]] == ["plate"]
        assert post(plate="NULL")[1]["plate"] == "NULL"
