"""Where an app above says how a program is tried on what happened, and what that came to."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from parkops.kernel.actors import Actor
from parkops.kernel.money import Money
from parkops.programme.load import Loaded


@dataclass(frozen=True, slots=True)
class Told:
    """One sentence of what would have been different: how many of how many, and the money."""

    count: int
    of: int
    what: str
    how: str
    more: Money | None
    url: str

    @property
    def less(self) -> Money | None:
        """How much less it would be."""
        return -self.more if self.more is not None else None


@dataclass(frozen=True, slots=True)
class Trial:
    """What trying a draft came to; `is_over` is False while it is worked on."""

    url: str
    months: int
    tried_at: datetime
    is_over: bool
    told: tuple[Told, ...] = ()


class Trier(Protocol):
    """What tries programs."""

    def table(
        self,
        loaded: Loaded,
        *,
        months: int,
        name: str,
        by: Actor,
        clock: Callable[[], datetime],
        tell: Callable[[str], None],
    ) -> list[str]:
        """Try a program on the last months, telling how far it is; return lines to print."""

    def trial(self, draft_id: int, revision: int) -> Trial | None:
        """Return what trying this saving of a draft came to, if it was tried."""


_triers: list[Trier] = []


def register(trier: Trier) -> None:
    """Let `trier` try programs; the last one counts."""
    _triers[:] = [trier]


def trier() -> Trier:
    """Return what tries programs.

    :raises LookupError: if nothing does.
    """
    if not _triers:
        raise LookupError("nothing tries programs here")
    return _triers[0]


def trial(draft_id: int, revision: int) -> Trial | None:
    """Return what trying this saving of a draft came to, if it was tried."""
    return trier().trial(draft_id, revision)
