"""Small numbers stay hidden, also from somebody who knows the sum and how they are hidden."""

from collections import defaultdict
from itertools import product

from hypothesis import given
from hypothesis import strategies as st

from reporting.rules.hiding import FEWER, LEAST, WITHHELD, Shown, is_safe, shown, shown_together

tables = st.dictionaries(st.sampled_from("abcdef"), st.integers(0, 14), max_size=6)


def possible(counts: dict[str, int], found: dict[str, Shown]) -> dict[str, set[int]]:
    """Return what each hidden number could be for somebody who knows the sum: they try everything."""
    hidden = [key for key, one in found.items() if one.number is None]
    rest = sum(counts[key] for key in hidden)
    ranges = [
        range(1, LEAST) if found[key].why == FEWER else range(LEAST, rest + 1) for key in hidden
    ]
    could: dict[str, set[int]] = {key: set() for key in hidden}
    for guess in product(*ranges):
        if sum(guess) == rest:
            for key, number in zip(hidden, guess, strict=True):
                could[key].add(number)
    return could


@given(tables)
def test_no_small_number_is_shown(counts):
    for key, one in shown(counts).items():
        assert one.number is None or one.number == counts[key]
        assert one.number is None or not 0 < one.number < LEAST


@given(tables)
def test_who_knows_the_sum_cannot_tell_a_small_number(counts):
    found = shown(counts)
    if not is_safe(found):
        return
    could = possible(counts, found)
    for key, one in found.items():
        if one.why == FEWER:
            assert len(could[key]) > 1, (counts, found)


@given(tables)
def test_nothing_is_hidden_without_need(counts):
    found = shown(counts)
    if not any(0 < count < LEAST for count in counts.values()):
        assert all(one.number is not None for one in found.values())


@given(tables, st.randoms(use_true_random=False))
def test_two_tables_of_one_sum_tell_nothing_of_each_other(counts, dice):
    """The same things, counted in another way: if one table cannot hide its own, neither is shown."""
    total = sum(counts.values())
    other, left = {}, total
    while left > 0:
        other[f"z{len(other)}"] = some = dice.randint(1, left)
        left -= some
    first, second = shown_together([counts, other])
    if not (is_safe(shown(counts)) and is_safe(shown(other))):
        assert {one.why for one in (*first.values(), *second.values())} <= {WITHHELD}
        return
    for table, found in ((counts, first), (other, second)):
        could = possible(table, found)
        assert all(len(could[key]) > 1 for key, one in found.items() if one.why == FEWER)


def test_examples():
    told = shown({"a": 3, "b": 20, "c": 9})
    assert (told["a"].why, told["b"].number, told["c"].why) == (FEWER, 20, WITHHELD)
    told = shown({"a": 2, "b": 3, "c": 20})
    assert [one.why for one in told.values()] == [FEWER, FEWER, ""]
    assert [one.why for one in shown({"a": 1, "b": 5}).values()] == [WITHHELD, WITHHELD]
    assert [one.why for one in shown({"a": 4, "b": 4}).values()] == [WITHHELD, WITHHELD]
    assert shown({"a": 0, "b": 7}) == {"a": Shown(0), "b": Shown(7)}
    assert shown({}) == {}


def test_who_knows_how_they_are_hidden_cannot_tell_a_small_number_either():
    """Of all groups that look alike and have one sum, every hidden small number has several values."""
    alike = defaultdict(list)
    for numbers in product(range(16), repeat=3):
        found = shown(dict(enumerate(numbers)))
        look = tuple((one.number, one.why) for one in found.values())
        alike[sum(numbers), look].append(numbers)
    for (total, look), groups in alike.items():
        told = sum(number or 0 for number, _ in look)
        if total - told < 12:  # beyond, the numbers tried here end before what could be
            for place, (_, why) in enumerate(look):
                assert why != FEWER or len({one[place] for one in groups}) > 1, groups


def test_the_smallest_other_number_does_not_tell_by_being_the_smallest():
    told = shown({"a": 4, "b": 5, "c": 5})  # withheld beside c = 5, b can only be 5, and a the rest
    assert {one.why for one in told.values()} == {WITHHELD}
    told = shown(
        {"a": 1, "b": 1, "c": 6, "d": 20}
    )  # c is withheld only if a and b are both 1, or both 4
    assert {one.why for one in told.values()} == {WITHHELD}
