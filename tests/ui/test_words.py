"""How amounts and times are written."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest
from babel.numbers import format_currency
from hypothesis import given
from hypothesis import strategies as st

from parkops.kernel.money import Money
from parkops.kernel.texts import say
from parkops.ui import words


class TestMoneyText:
    @pytest.mark.parametrize(
        ("amount", "locale", "written"),
        [
            (Money(154400, "USD"), "en-US", "$1,544.00"),
            (Money(-1650, "USD"), "en-US", "−$16.50"),
            (Money(5, "USD"), "en-US", "$0.05"),
            (Money(4500, "CAD"), "en-CA", "$45.00"),
            (Money(4500, "CAD"), "fr-CA", "45,00\xa0$"),
            (Money(500, "JPY"), "en-US", "¥500"),
        ],
    )
    def test_has_its_cents_and_a_true_minus(self, amount, locale, written):
        assert words.money_text(amount, locale) == written

    @given(
        st.integers(-(10**9), 10**9),
        st.sampled_from(["USD", "CAD", "EUR", "JPY", "KWD", "CHF"]),
        st.sampled_from(["fr-CA", "es-US", "es-ES", "de-CH", "hi-IN", "pl-PL"]),
    )
    def test_is_what_babel_writes(self, minor, currency, locale):
        amount = Money(minor, currency)
        written = format_currency(
            amount.decimal, currency, locale=locale.replace("-", "_"), currency_digits=True
        )
        assert words.money_text(amount, locale) == written.replace("-", "−")

    @given(st.integers(-(10**9), 10**9), st.sampled_from(["USD", "CAD", "EUR", "JPY", "KWD"]))
    def test_in_english_it_is_what_sentences_say(self, minor, currency):
        amount = Money(minor, currency)
        assert words.money_text(amount, "en-CA") == str(say("{amount}", amount=amount))

    @given(st.integers(-(10**9), 10**9), st.sampled_from(["USD", "CAD", "EUR", "JPY", "KWD"]))
    def test_parts_put_together_are_the_whole(self, minor, currency):
        amount = Money(minor, currency)
        assert "".join(words.money_parts(amount)) == words.money_text(amount)

    def test_parts_are_split_at_the_cents(self):
        assert words.money_parts(Money(1284650, "USD")) == ("$12,846", ".50")


class TestDateText:
    def test_has_the_month_in_letters(self):
        on = date(2025, 10, 15)
        assert words.date_text(on) == "15 Oct 2025"
        assert words.date_text(on, year=False, weekday=True) == "Wed 15 Oct"
        assert words.date_text(on, long=True) == "15 October 2025"
        assert words.month_text(on) == "Oct 2025"
        assert words.month_text(on, "fr-CA") == "oct. 2025"

    @pytest.mark.parametrize("locale", ["fr-CA", "es-US", "de-DE", "xx-YY"])
    def test_every_language_has_letters(self, locale):
        assert any(letter.isalpha() for letter in words.date_text(date(2025, 10, 15), locale))


class TestTimes:
    def test_are_read_on_the_wall_of_the_tenant(self):
        at = datetime(2025, 10, 15, 21, 6, tzinfo=UTC)
        pacific = ZoneInfo("America/Los_Angeles")
        assert words.time_text(at, pacific) == "14:06"
        assert words.instant_text(at, pacific) == "15 Oct 2025, 14:06"

    def test_the_day_is_the_local_one(self):
        at = datetime(2025, 10, 15, 3, 0, tzinfo=UTC)
        written = words.instant_text(at, ZoneInfo("America/New_York"))
        assert written == "14 Oct 2025, 23:00"


@pytest.mark.parametrize(
    ("share", "written"),
    [(0, "0 %"), (0.001, "<1 %"), (0.714, "71 %"), (0.998, ">99 %"), (1, "100 %")],
)
def test_a_share_never_rounds_to_nothing_or_all(share, written):
    assert words.share_text(share) == written
