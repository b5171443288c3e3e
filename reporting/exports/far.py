"""How far a file is, told while it is written."""

from collections.abc import Callable, Iterator, Sequence
from typing import Any

Begun = Callable[[str, int], Callable[[int], None]]
"""Told which stage begins and of how many lines or pages it is; gives what is told how many are done."""

EVERY = 250


def unheard(_stage: str, _total: int) -> Callable[[int], None]:
    """Tell nobody."""
    return lambda _done: None


def passing(rows: Sequence[Any], stage: str, begun: Begun, *, every: int = EVERY) -> Iterator[Any]:
    """Yield `rows`, and tell after so many of them how many are done."""
    count = begun(stage, len(rows))
    for done, row in enumerate(rows):
        if done and done % every == 0:
            count(done)
        yield row
    count(len(rows))
