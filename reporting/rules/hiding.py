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
    other one is withheld too; where it still would, knowing that it is the smallest and why, all are.
    """
    small = [key for key, count in counts.items() if 0 < count < LEAST]
    if not small or _is_open(sum(counts[key] for key in small), len(small)):
        return {key: Shown(None, FEWER) if key in small else Shown(counts[key]) for key in counts}
    withheld = _withheld(counts, small)
    if withheld is None:
        return dict.fromkeys(counts, Shown(None, WITHHELD))
    why = {**dict.fromkeys(small, FEWER), withheld: WITHHELD}
    return {key: Shown(None, why[key]) if key in why else Shown(counts[key]) for key in counts}


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


def _is_open(total: int, many: int) -> bool:
    """Whether so many small numbers of this sum could be others than they are."""
    return many > 1 and many < total < (LEAST - 1) * many


def _withheld(counts: Mapping[K, int], small: Sequence[K]) -> K | None:
    """Return the other number that hides the small ones once it is withheld too; None if it does not.

    Whoever reads the rest knows the sum of both, that it is the smallest of the others, and that the small
    ones alone could not be hidden: of what they could be under all of that there must be more than one.
    """
    keys = [*counts]
    others = sorted((key for key in keys if counts[key] >= LEAST), key=lambda key: counts[key])
    if not others:
        return None
    first, rest = others[0], others[1:]
    total = sum(counts[key] for key in (*small, first))
    most = min((counts[key] - (keys.index(key) < keys.index(first)) for key in rest), default=total)
    could = [
        one
        for one in range(len(small), (LEAST - 1) * len(small) + 1)
        if LEAST <= total - one <= most and not _is_open(one, len(small))
    ]
    return first if len(could) > 1 else None
