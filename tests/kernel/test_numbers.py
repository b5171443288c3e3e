"""Numbers that people read: a slip of the finger is caught."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parkops.kernel.numbers import check_digit, is_well_formed, make_number, tidy


class TestMakeNumber:
    def test_has_the_year_five_digits_and_a_check_digit(self):
        assert make_number("P", 2026, 417) == f"P-2026-00417-{check_digit('P202600417')}"

    @pytest.mark.parametrize(
        ("prefix", "year", "n"),
        [("", 2026, 1), ("p", 2026, 1), ("P1", 2026, 1), ("P", 26, 1), ("P", 2026, 0)],
    )
    def test_refuses_what_cannot_be_read_back(self, prefix, year, n):
        with pytest.raises(ValueError):
            make_number(prefix, year, n)

    @given(st.integers(1, 10**8))
    def test_is_well_formed(self, n):
        assert is_well_formed(make_number("C", 2026, n))


class TestIsWellFormed:
    @given(st.integers(1, 10**6), st.data())
    def test_catches_a_wrong_digit(self, n, data):
        number = make_number("C", 2026, n)
        at = data.draw(st.sampled_from([i for i, x in enumerate(number) if x.isdigit()]))
        digit = data.draw(st.sampled_from([d for d in "0123456789" if d != number[at]]))
        assert not is_well_formed(number[:at] + digit + number[at + 1 :])

    @given(st.integers(1, 10**6), st.data())
    def test_catches_two_neighbors_swapped(self, n, data):
        number = make_number("C", 2026, n)
        pairs = [i for i in range(len(number) - 1) if number[i : i + 2].isdigit()]
        at = data.draw(st.sampled_from([i for i in pairs if number[i] != number[i + 1]]))
        swapped = number[:at] + number[at + 1] + number[at] + number[at + 2 :]
        assert not is_well_formed(swapped)

    @pytest.mark.parametrize(
        "text", ["", "P-2026-417-3", "P-2026-00417", "p-2026-00417-0", "x" * 99]
    )
    def test_refuses_other_forms(self, text):
        assert not is_well_formed(text)


class TestTidy:
    @pytest.mark.parametrize(
        "form", ["{}", " {} ", "p 2026 417 {c}", "P2026-00417-{c}", "p/2026/417/{c}"]
    )
    def test_reads_what_people_type(self, form):
        number = make_number("P", 2026, 417)
        assert tidy(form.format(number, c=number[-1])) == number

    @pytest.mark.parametrize("typed", ["", "hello", "P 2026 417", "P 2026 418 0 9", "P" * 100])
    def test_gives_none_for_anything_else(self, typed):
        assert tidy(typed) is None
