"""What paid stays cost, and how an allotment of passes runs down."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parkops.kernel.decisions import Refused
from parkops.kernel.periods import Period
from parkops.programme.permit_schema import Passes
from parkops.programme.schema import Programme
from permits.rules import passes, sessions

NEW_YORK = ZoneInfo("America/New_York")
RATE = {"zones": ["A"], "when": "Mon-Sat 08:00-18:00", "per_hour": "2.50", "day_max": "12.00"}


def programme(*rates: dict, tax: dict | None = None) -> Programme:
    document = {
        "schema": 1,
        "programme": {"name": "T", "timezone": "America/New_York", "currency": "USD"},
        "zones": [{"code": "A", "name": "A", "kind": "lot"}],
        "sessions": {"rates": list(rates)},
    }
    if tax:
        document["tax"] = tax
    return Programme.of(document)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=NEW_YORK)


def cost(rules: Programme, start: str, minutes: int):
    begins = at(start).astimezone(UTC)
    return sessions.price_of_stay(
        rules.rates_for("A"), rules, start=begins, end=begins + timedelta(minutes=minutes)
    )


class TestPrice:
    @pytest.mark.parametrize(
        ("start", "minutes", "total"),
        [
            ("2026-11-10T10:00", 60, "2.50"),
            ("2026-11-10T10:00", 1, "0.04"),
            ("2026-11-10T10:00", 61, "2.54"),
            ("2026-11-10T17:15", 60, "1.88"),  # 45 minutes, 1.875
            ("2026-11-10T18:00", 600, "0.00"),
            ("2026-11-10T07:30", 60, "1.25"),
            ("2026-11-10T08:00", 600, "12.00"),
            ("2026-11-10T08:00", 288, "12.00"),
            ("2026-11-10T17:00", 24 * 60, "14.50"),  # an hour, then a day's most
            ("2026-11-14T17:00", 48 * 60, "14.50"),  # Saturday's hour, no Sunday, Monday's most
        ],
    )
    def test_is_by_the_minute_inside_the_hours(self, start, minutes, total):
        quoted = cost(programme(RATE), start, minutes)
        assert quoted.total.amount == total
        assert sum(line.amount.minor for line in quoted.lines) == quoted.total.minor

    def test_includes_its_tax_where_prices_do(self):
        tax = {"name": "HST", "rate": "13%", "included": True, "applies_to": ["sessions"]}
        quoted = cost(programme(RATE, tax=tax), "2026-11-10T10:00", 120)
        assert (quoted.total.amount, quoted.tax.amount) == ("5.00", "0.58")
        assert sum(line.amount.minor for line in quoted.lines) == quoted.total.minor

    def test_counts_every_elapsed_hour_of_the_night_of_the_change(self):
        always = {"zones": ["A"], "per_hour": "1.00"}
        begins = datetime(2026, 11, 1, 4, 30, tzinfo=UTC)  # 00:30 in New York
        rules = programme(always)
        quoted = sessions.price_of_stay(
            rules.rates_for("A"), rules, start=begins, end=begins + timedelta(hours=3)
        )
        assert begins.astimezone(NEW_YORK).hour == 0
        assert quoted.total.amount == "3.00"

    def test_of_two_rates_the_first_in_the_file_counts(self):
        evening = {"zones": ["A"], "when": "Mon-Sun 16:00-20:00", "per_hour": "6.00"}
        # 15:00-16:00 and 18:00... the day rate goes on to 18:00, then the evening's to 20:00.
        quoted = cost(programme(RATE, evening), "2026-11-10T15:00", 300)
        assert quoted.total.amount == "19.50"

    @given(st.integers(1, 3000), st.integers(1, 3000))
    def test_a_longer_stay_never_costs_less(self, one, more):
        rules = programme(RATE)
        short, long = (cost(rules, "2026-11-10T09:07", n).total.minor for n in (one, one + more))
        assert short <= long


class TestLength:
    RULES = programme({**RATE, "min": "15m", "max": "2h"})

    @pytest.mark.parametrize(("minutes", "code"), [(14, "too_short"), (121, "too_long")])
    def test_refuses(self, minutes, code):
        with pytest.raises(Refused) as refusal:
            sessions.check_length(self.RULES.rates_for("A"), zone_code="A", minutes=minutes)
        assert refusal.value.code == code

    @pytest.mark.parametrize("minutes", [15, 120])
    def test_allows(self, minutes):
        sessions.check_length(self.RULES.rates_for("A"), zone_code="A", minutes=minutes)


BEGAN = datetime(2026, 11, 1, tzinfo=UTC)
TERM = Period(BEGAN, BEGAN + timedelta(days=365))


def hours(start: float, end: float) -> Period:
    return Period(BEGAN + timedelta(hours=start), BEGAN + timedelta(hours=end))


class TestPasses:
    HOURS = Passes.model_validate({"uses": "72h", "per": "14d"})
    USES = Passes.model_validate({"uses": 2, "per": "term"})

    @pytest.mark.parametrize(
        ("given_so_far", "wanted", "code"),
        [
            ([], hours(0, 72), ""),
            ([], hours(0, 72.1), "passes_used_up"),
            ([hours(0, 70)], hours(100, 102), ""),
            ([hours(0, 70)], hours(100, 103), "passes_used_up"),
            # 14 days are 336 hours: a pass that ended that long before no longer counts.
            ([hours(0, 72)], hours(335, 336), "passes_used_up"),
            ([hours(0, 72)], hours(408, 480), ""),
            # Nor may a pass be given before one that is promised already.
            ([hours(200, 272)], hours(100, 101), "passes_used_up"),
            ([], Period(BEGAN - timedelta(hours=1), BEGAN), "outside_term"),
        ],
    )
    def test_by_the_hour_within_rolling_days(self, given_so_far, wanted, code):
        decision = passes.may_give(self.HOURS, given=given_so_far, term=TERM, wanted=wanted)
        assert decision.code == code

    def test_by_uses_for_the_whole_term(self):
        given_so_far = [hours(0, 1), hours(4000, 4001)]
        assert passes.may_give(self.USES, given=given_so_far[:1], term=TERM, wanted=hours(9, 10))
        refused = passes.may_give(self.USES, given=given_so_far, term=TERM, wanted=hours(9, 10))
        assert refused.code == "passes_used_up"

    def test_a_permit_without_an_allotment_gives_none(self):
        decision = passes.may_give(None, given=[], term=TERM, wanted=hours(0, 1))
        assert decision.code == "no_passes"

    @given(
        st.lists(st.tuples(st.integers(0, 700), st.integers(1, 72)), max_size=12),
        st.integers(0, 700),
    )
    def test_no_fourteen_days_ever_hold_more_than_the_allotment(self, asked, look):
        given_so_far: list[Period] = []
        for start, length in asked:
            wanted = hours(start, start + length)
            if passes.may_give(self.HOURS, given=given_so_far, term=TERM, wanted=wanted):
                given_so_far.append(wanted)
        window = hours(look, look + 336)
        used = sum(part.minutes for p in given_so_far if (part := p.overlap(window)))
        assert used <= 72 * 60
