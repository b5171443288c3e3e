"""Plates: one key for every way to type them, and doubts that an officer can see."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parkops.kernel import plates
from parkops.kernel.plates import deletions, folded, near_miss, plate_key


class TestPlateKey:
    @pytest.mark.parametrize(
        "typed",
        ["ABC-123", "abc123", "ABC 123", "A B C-1 2 3", "ABC\u2013123", "ABC\u00a0123", "ABC.123"]
        + [
            "ABC\t123",
            "\uff21\uff22\uff23\uff11\uff12\uff13",
            "\u200bABC123\ufeff",
            "ＡＢＣ１２３",
        ],
    )
    def test_is_the_same_however_it_is_typed(self, typed):
        assert plate_key(typed) == "ABC123"

    @pytest.mark.parametrize(
        "typed", ["", " ", "-", "---", "...", "\u200b", "🚗", "x" * 13, "ß" * 7]
    )
    def test_refuses_nothing_and_too_much(self, typed):
        with pytest.raises(ValueError):
            plate_key(typed)

    @pytest.mark.parametrize(
        ("typed", "key"),
        [
            ("åäöæø-", "ÅÄÖÆØ"),
            ("A\u030a 1", "Å1"),
            ("京A 12345", "京A12345"),
            ("ا ب ١٢", "اب١٢"),
            ("а123вс", "А123ВС"),
            ("null", "NULL"),
            ("½", "12"),
            ("123456789012", "123456789012"),
        ],
    )
    def test_takes_any_script(self, typed, key):
        assert plate_key(typed) == key

    @pytest.mark.parametrize("pair", ["O0", "I1", "B8", "S5", "Z2", "BВ"])
    def test_keeps_look_alikes_apart(self, pair):
        assert plate_key(f"AC{pair[0]}1") != plate_key(f"AC{pair[1]}1")

    @given(st.text(max_size=16))
    def test_is_stable_and_short(self, typed):
        try:
            key = plate_key(typed)
        except ValueError:
            return
        assert 1 <= len(key) <= 12
        assert plate_key(key) == key
        assert unicodedata.is_normalized("NFKC", key)


class TestNearMiss:
    @pytest.mark.parametrize(
        ("asked", "other", "why"),
        [
            ("ABC123", "A8C123", "one character differs (B/8)"),
            ("A0C", "AOC", "one character differs (0/O)"),
            ("1", "I", "one character differs (1/I)"),
            ("AB0I23", "ABO123", "2 look-alike characters differ (0/O, I/1)"),
            ("AВC123", "ABC123", "one character differs (Cyrillic В/B)"),
            ("ABC123", "ABΧ123", "one character differs (C/Greek Χ)"),
            ("ABC123", "ABC124", "one character differs (3/4)"),
            ("ABC12", "ABC123", "one character is missing (3)"),
            ("ABC123", "BC123", "one character more (A)"),
            ("AB123", "AAB123", "one character is missing (A)"),
        ],
    )
    def test_says_why(self, asked, other, why):
        assert near_miss(asked, other) == why

    @pytest.mark.parametrize(
        ("asked", "other"),
        [
            ("ABC123", "ABC123"),
            ("AB0I24", "ABO123"),
            ("ABC123", "ABC1"),
            ("ABC123", "XYZ789"),
            ("AB1", "AB2"),
            ("AB", "ABC"),
            ("ABC123", "BAC123"),
        ],
    )
    def test_is_silent_where_plates_are_the_same_or_unlike(self, asked, other):
        assert near_miss(asked, other) is None

    @given(st.text("ABO018", min_size=1, max_size=7), st.text("ABO018", min_size=1, max_size=7))
    def test_goes_both_ways_and_shares_a_deletion(self, one, other):
        assert (near_miss(one, other) is None) == (near_miss(other, one) is None)
        if near_miss(one, other):
            assert folded(one) == folded(other) or deletions(one) & deletions(other)


class TestFolded:
    def test_makes_look_alikes_equal(self):
        assert folded("ABO123") == folded("AB0I23") == folded("АВО123") == "A80123"

    def test_reads_digits_of_other_scripts(self):
        assert folded("AB١٢") == folded("AB12")


class TestRegionsMatch:
    @pytest.mark.parametrize(
        ("one", "other", "same"),
        [
            ("", "ON", True),
            (None, "ON", True),
            (None, None, True),
            ("on", "ON", True),
            ("CA-ON", "ca on", True),
            ("ON", "QC", False),
            ("-", "QC", True),
        ],
    )
    def test_takes_an_empty_one_for_any(self, one, other, same):
        assert plates.regions_match(one, other) is same
        assert plates.regions_match(other, one) is same
