"""Scenarios A of the product's list, each row named by its id: when two plates are the same.

A10 to A13 need rows: see tests/permits/test_scenarios_plates.py.
"""

import pytest

from parkops.kernel.plates import near_miss, plate_key, regions_match
from permits.rules.plates import read_plates


@pytest.mark.parametrize(
    ("typed", "key"),
    [
        *(
            pytest.param(typed, "ABC123", id=f"A1-{typed}")
            for typed in ("abc123", "ABC 123", "A B C-1 2 3")
        ),
        pytest.param("Xyz-456-123", "XYZ456123", id="A2"),
        pytest.param("Cool Reg 42", "COOLREG42", id="A3-words"),
        pytest.param("123--ABC", "123ABC", id="A3-dashes"),
        *(
            pytest.param(typed, "ABC123", id=f"A5-{n}")
            for n, typed in enumerate(
                ("ABC\u2013123", "ABC\u00a0123", "ABC.123", "ABC\t123", "\uff21\uff22\uff23123")
            )
        ),
        pytest.param("ÅÄÖÆØ-:", "ÅÄÖÆØ", id="A7"),
        pytest.param("ABCDEF123456", "ABCDEF123456", id="A8-the-longest"),
        pytest.param("null", "NULL", id="A10-is-a-plate"),
    ],
)
def test_a_plate_is_compared_by(typed, key):
    assert plate_key(typed) == key


@pytest.mark.parametrize(
    "typed",
    [
        pytest.param("-", id="A4-dash"),
        pytest.param(" ", id="A4-blank"),
        pytest.param("A" * 13, id="A8-too-long"),
    ],
)
def test_no_plate_at_all(typed):
    with pytest.raises(ValueError, match="A plate has at"):
        plate_key(typed)


def test_a2_the_words_typed_stay():
    assert read_plates(["Xyz-456-123"])[0].text == "XYZ-456-123"


@pytest.mark.parametrize(
    ("asked", "known", "why"),
    [
        pytest.param(
            "A\u0412C123", "ABC123", "one character differs (Cyrillic \u0412/B)", id="A6-cyrillic"
        ),
        pytest.param(
            "AB0I23", "ABO123", "2 look-alike characters differ (0/O, I/1)", id="A9-look-alikes"
        ),
        pytest.param("AB0I24", "ABO123", None, id="A9-one-real-difference"),
    ],
)
def test_never_the_same_but_offered_as_a_doubt(asked, known, why):
    assert plate_key(asked) != known
    assert near_miss(plate_key(asked), known) == why


@pytest.mark.parametrize(
    ("asked", "known", "same"),
    [
        pytest.param("SE", "FI", False, id="A11-another"),
        pytest.param("FI", "FI", True, id="A11-the-same"),
        pytest.param("", "FI", True, id="A11-left-empty"),
    ],
)
def test_regions(asked, known, same):
    assert regions_match(asked, known) is same
