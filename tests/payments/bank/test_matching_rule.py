"""What a transfer is for, by its words."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parkops.kernel.numbers import make_number
from payments.bank.matching import Asked, Transfer, is_same_payer, match, named_in
from payments.bank.references import reference_of, shown


def invoice(n: int, owed: int = 4_000, payer: str = "Biology Department") -> Asked:
    number = make_number("I", 2026, n)
    return Asked(number, reference_of(number), payer, owed)


ONE, TWO, OTHER = invoice(1), invoice(2, 1_000), invoice(3, 4_000, "Acme Ltd")
ASKED = [ONE, TWO, OTHER]


@pytest.mark.parametrize(
    ("transfer", "how", "numbers", "is_sure"),
    [
        (Transfer(4_000, reference=ONE.reference), "reference", [ONE], True),
        (Transfer(3_900, reference=ONE.reference), "reference", [ONE], True),
        (Transfer(9_900, reference=ONE.reference), "reference", [ONE], True),
        (Transfer(4_000, text=f"for {shown(ONE.reference)} thanks"), "reference", [ONE], True),
        (Transfer(4_000, text=f"Invoice {ONE.number}"), "number", [ONE], True),
        (Transfer(4_000, text=ONE.number.replace("-", " ")), "number", [ONE], True),
        (Transfer(5_000, text=f"{ONE.number} {TWO.number}"), "number", [ONE, TWO], True),
        (Transfer(4_500, text=f"{ONE.number} {TWO.number}"), "number", [ONE, TWO], False),
        (Transfer(4_000, party="ACME LTD."), "guess", [OTHER], False),
        (Transfer(5_000, party="Biology"), "guess", [ONE, TWO], False),
        (Transfer(4_100, party="Acme Ltd"), "none", [], False),
        (Transfer(4_000, party="Nobody"), "none", [], False),
        (Transfer(4_000, text=ONE.number[:-1] + "x"), "none", [], False),
        (Transfer(4_000, reference="RF00X"), "none", [], False),
    ],
    ids=range(14),
)
def test_is_told_by_reference_number_or_amount_and_name(transfer, how, numbers, is_sure):
    found = match(transfer, ASKED)
    assert (found.how, list(found.numbers), found.is_sure) == (
        how,
        [one.number for one in numbers],
        is_sure,
    )
    assert found.because


@given(st.text(max_size=60), st.text(max_size=60), st.integers(1, 10_000))
def test_words_that_name_nothing_are_never_sure(text, party, minor):
    found = match(Transfer(minor, text=text, party=party), ASKED)
    assert found.is_sure is bool(named_in(Transfer(minor, text=text, party=party), ASKED))
    assert len(set(found.numbers)) == len(found.numbers)


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("Acme Ltd", "ACME LTD", True),
        ("Biology Department", "Univ. Biology Department", True),
        ("Acme", "Apex", False),
        ("", "", False),
        ("A B", "A B", False),
    ],
)
def test_names_are_of_the_same_payer(one, other, same):
    assert is_same_payer(one, other) is same
