"""Live examples: the same prices and fines as those that are asked and owed, from what is typed."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from enforcement.queries.examples import fine_over_time
from parkops.programme import examples, load
from parkops.programme.schema import Programme
from permits.queries.examples import permit_price, stay_price

HARBOR = load.read(Path(__file__).parents[1] / "programmes" / "harbor.yaml").programme
NOW = datetime(2026, 11, 10, 15, 15, tzinfo=UTC)


def permit(code: str, **asked: str):
    return permit_price(HARBOR, code, asked, NOW)


def amounts(example: examples.Example) -> list[str]:
    return [str(reason.amount) for reason in example.reasons]


class TestPermits:
    def test_lines_add_up_to_what_the_customer_pays(self):
        shown = permit("MONTH")
        assert amounts(shown) == ["$50.00", "$4.00", "$54.00"]
        assert shown.reasons[-1].is_sum

    @pytest.mark.parametrize(("fuel", "total"), [("diesel", "59.40"), ("electric", "27.00")])
    def test_conditions_are_asked_for_and_answered(self, fuel, total):
        assert "fuel" in [ask.name for ask in permit("MONTH").asks]
        assert amounts(permit("MONTH", fuel=fuel))[-1] == f"${total}"

    def test_a_fixed_term_bought_late_is_prorated_and_says_why(self):
        shown = permit("STAFF-YEAR", bought="2027-03-10", start="2027-03-10")
        assert amounts(shown)[0] == "$180.00"
        assert "6 of 12 calendar months" in shown.because[0]

    def test_hours(self):
        assert permit("GUEST", hours="5").reasons[-1].amount.minor == 0
        assert "At most 72 hours" in permit("GUEST", hours="80").refused

    def test_a_term_that_is_over_has_no_price(self):
        assert permit("STAFF-YEAR", bought="2028-01-01", start="2028-01-01").refused

    def test_who_may_buy_it_and_why_others_may_not(self):
        (who,) = permit("STAFF-YEAR").tables
        told = {line.texts[0]: line.texts[1] for line in who.lines}
        assert told["STAFF Staff"] == "may buy it"
        assert told["STUDENT Student"] == "hidden: for Staff. Our records say: Student."

    @pytest.mark.parametrize("text", ["", "soon", "2026-02-31", "9" * 400])
    def test_nonsense_counts_as_not_asked(self, text):
        assert permit("MONTH", bought=text, start=text, fuel=text) is not None

    def test_a_type_that_is_not_there_has_none(self):
        assert permit("NOTHING") is None


class TestStays:
    def test_by_the_minute_inside_the_rate(self):
        shown = stay_price(
            HARBOR, "", {"zone": "METER", "day": "2026-11-10", "from": "07:30", "to": "09:00"}, NOW
        )
        rate = HARBOR.rates_for("METER")[0].per_hour
        assert shown.reasons[0].amount == rate

    @pytest.mark.parametrize(
        ("since", "until", "words"),
        [("11:00", "10:00", "must be after"), ("08:00", "17:00", "At most")],
    )
    def test_what_cannot_be(self, since, until, words):
        asked = {"zone": "METER", "day": "2026-11-10", "from": since, "to": until}
        assert words in stay_price(HARBOR, "", asked, NOW).refused

    def test_without_rates_there_is_none(self):
        bare = Programme.of({**HARBOR_DOCUMENT, "sessions": {}})
        assert stay_price(bare, "", {}, NOW) is None


HARBOR_DOCUMENT = load.read(Path(__file__).parents[1] / "programmes" / "harbor.yaml").document


class TestFines:
    def test_each_day_on_which_it_changes(self):
        shown = fine_over_time(HARBOR, "NO-PERMIT", {"issued": "2026-11-10"}, NOW)
        owed = [(line.texts[0], str(line.amount)) for line in shown.tables[0].lines]
        assert owed == [
            ("10 November 2026", "$20.00"),
            ("18 November 2026", "$40.00"),
            ("25 November 2026", "$55.00"),
            ("9 December 2026", "$110.00"),
            ("10 January 2027", "$110.00"),
        ]

    def test_by_its_count(self):
        shown = fine_over_time(HARBOR, "NO-PERMIT", {"count": "3"}, NOW)
        assert str(shown.tables[0].lines[1].amount) == "$80.00"
        assert [line.texts[0] for line in shown.tables[1].lines] == ["1", "3"]

    def test_a_warning_owes_nothing(self):
        shown = fine_over_time(HARBOR, "OVERSTAY", {"count": "1"}, NOW)
        assert [line.amount.minor for line in shown.tables[0].lines] == [0]
