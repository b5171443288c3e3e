"""Sentences that remember how they were made."""

from datetime import date

import pytest
from django.db import connection
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from parkops.kernel.decisions import Refused
from parkops.kernel.money import Money
from parkops.kernel.texts import (
    LongDay,
    joined,
    listed,
    packed,
    packed_by_english,
    revived,
    say,
    say_n,
    unpacked,
    word,
)
from parkops.ui.speech import said

PRICE = Money(4500, "CAD")
TEXTS = [
    say("{amount} is added{for_what}.", amount=PRICE, for_what=say(" for {why}", why="A & B")),
    say("Nothing is refunded after {day}.", day=date(2027, 3, 31)),
    say("The last day to appeal was {day}.", day=LongDay(date(2027, 3, 31))),
    say("The fine, {amount}.", amount=PRICE),
    say_n("{n} day", "{n} days", 1),
    say_n("{n} day", "{n} days", 3),
    joined([say("always"), "LOT-A"], ": "),
    listed(["A", "B", say("never")]),
    word("a {brace}"),
]


class TestText:
    def test_is_its_english(self):
        assert TEXTS[0] == "$45.00 is added for A & B."
        assert TEXTS[1] == "Nothing is refunded after 31 Mar 2027."
        assert TEXTS[2] == "The last day to appeal was 31 March 2027."
        assert TEXTS[3] == "The fine, $45.00."
        assert [str(text) for text in TEXTS[4:]] == [
            *("1 day", "3 days", "always: LOT-A", "A, B and never", "a {brace}")
        ]

    @pytest.mark.parametrize("text", TEXTS)
    def test_is_kept_as_json_and_comes_back(self, text):
        again = unpacked(packed(text))
        assert again == text
        with translation.override("fr"):
            assert said(again) == said(text)

    def test_comes_back_only_if_it_still_says_the_same(self):
        kept = packed_by_english([TEXTS[1], "plain"])
        assert list(kept) == ["Nothing is refunded after 31 Mar 2027."]
        assert revived("plain", kept) == "plain"
        with translation.override("fr"):
            assert "31 mars 2027" in said(revived(str(TEXTS[1]), kept))

    def test_is_escaped_on_a_page(self):
        assert "A &amp; B" in TEXTS[0].__html__()

    @given(st.text(max_size=20))
    def test_a_word_may_be_anything(self, text):
        assert word(text) == text
        with translation.override("es"):
            assert isinstance(said(word(text)), str)


class TestSaid:
    @pytest.fixture(autouse=True)
    def nowhere(self, monkeypatch):
        monkeypatch.setattr(connection, "tenant", None, raising=False)

    def test_writes_money_and_days_by_the_language(self):
        with translation.override("fr"):
            assert "45,00" in said(TEXTS[0])
            assert said(TEXTS[5]) == "3 jours"
        with translation.override("es"):
            assert said(TEXTS[6]) == "siempre: LOT-A"
            assert "45,00" in said(TEXTS[3])

    def test_says_a_refusal_by_its_reason(self):
        refusal = Refused("sold_out", say("{kind} is sold out.", kind="Staff"))
        assert str(refusal) == "Staff is sold out."
        with translation.override("fr"):
            assert said(refusal) == "« Staff » est épuisé."

    def test_leaves_names_and_empty_text_alone(self):
        with translation.override("fr"):
            assert (said(""), said("Lot of Zed"), said(None), said(3)) == (
                "",
                "Lot of Zed",
                None,
                3,
            )
