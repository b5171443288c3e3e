"""The lines of a citation: one for each violation found at one stop."""

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from parkops.kernel.codes import code_key
from parkops.kernel.decisions import ALLOWED, Decision

MOST_LINES = 5

_GRAVER = ("warning", "fine", "boot", "tow")


@dataclass(frozen=True, slots=True)
class Line:
    """A violation of a citation: its code and name as they were then, its fine in minor units, its
    count on the plate, the sanction, and why."""

    code: str
    name: str
    fine_minor: int
    nth: int | None = None
    sanction: str = "fine"
    because: str = ""

    def as_json(self) -> dict[str, Any]:
        """Return the line as it is kept, with the key that its code is found by."""
        return asdict(self) | {"key": code_key(self.code)}


def read_lines(kept: Iterable[dict[str, Any]]) -> tuple[Line, ...]:
    """Return lines as they were kept."""
    return tuple(
        Line(**{name: value for name, value in line.items() if name != "key"}) for line in kept
    )


def gravest(sanctions: Sequence[str]) -> str:
    """Return the sanction that a citation with these on its lines brings."""
    return max(sanctions, key=_GRAVER.index)


def may_stand_together(codes: Sequence[str]) -> Decision:
    """Decide whether these violations may be the lines of one citation."""
    keys = [code_key(code) for code in codes]
    twice = [code for code, key in zip(codes, keys, strict=True) if keys.count(key) > 1]
    if twice:
        told = f"{twice[0]} stands on this citation twice; write it once."
        return Decision("violation_twice", told, field="violations")
    if len(codes) > MOST_LINES:
        told = f"A citation has {MOST_LINES} violations at most; write a second one."
        return Decision("too_many_violations", told, field="violations")
    return ALLOWED
