"""Small numbers are hidden, and with them what would let somebody work them out."""

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

from parkops.kernel.texts import say

LEAST = 5
"""The smallest number that is shown: fewer could be somebody."""
FEWER, WITHHELD = say("fewer than 5"), say("not shown")

K = TypeVar("K", bound=Hashable)


@dataclass(frozen=True, slots=True)
class Shown:
    """A number as it is shown; None with why it is not."""

    number: int | None
    why: str = ""


def shown(counts: Mapping[K, int]) -> dict[K, Shown]:
    """Return the numbers of a group whose sum may be known, as they may be shown.

    A number under `LEAST` is hidden as such. Where the sum less what is shown would tell it, the smallest
    other one is withheld too, as many as it takes. Where none is left to withhold, all are withheld alike.
    """
    small = [key for key, count in counts.items() if 0 < count < LEAST]
    others = sorted(
        (key for key, count in counts.items() if count >= LEAST), key=lambda key: counts[key]
    )
    withheld: list[K] = []
    while not _is_hidden(counts, small, withheld) and others:
        withheld.append(others.pop(0))
    told = FEWER if _is_hidden(counts, small, withheld) else WITHHELD
    return {
        key: Shown(None, told)
        if key in small
        else Shown(None, WITHHELD)
        if key in withheld
        else Shown(count)
        for key, count in counts.items()
    }


def shown_together(tables: Sequence[Mapping[K, int]]) -> list[dict[K, Shown]]:
    """Return tables that share a sum, as they may be shown beside each other.

    Where the numbers of one cannot be hidden in it, nothing of any is shown: another would tell the sum.
    """
    found = [shown(table) for table in tables]
    if all(is_safe(one) for one in found):
        return found
    return [dict.fromkeys(table, Shown(None, WITHHELD)) for table in tables]


def is_safe(found: Mapping[K, Shown]) -> bool:
    """Return whether what is hidden of a group stays so for somebody who knows its sum."""
    why = {one.why for one in found.values() if one.number is None}
    return not why or FEWER in why


def _is_hidden(counts: Mapping[K, int], small: Sequence[K], withheld: Sequence[K]) -> bool:
    """Whether each small number could be more than one, for who knows the sum and how many are hidden."""
    if not small:
        return True
    rest = sum(counts[key] for key in (*small, *withheld))
    least = (len(small) - 1) + LEAST * len(withheld)
    most = None if withheld else (LEAST - 1) * (len(small) - 1)
    possible = [
        number
        for number in range(1, LEAST)
        if rest - number >= least and (most is None or rest - number <= most)
    ]
    return len(possible) > 1
