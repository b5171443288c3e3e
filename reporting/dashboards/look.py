"""What a dashboard is drawn from: the shared figures, and who looks at them."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from django.urls import reverse

from parkops.kernel.permissions import Permission
from parkops.programme.schema import Programme
from reporting.queries.desks import Desks
from reporting.queries.live import Counts


@dataclass(frozen=True, slots=True)
class Look:
    """The figures at one instant, the program in force, and the person: `ref` is their id as text."""

    counts: Counts
    waiting: Desks
    rules: Programme
    now: datetime
    locale: str
    ref: str
    may: Callable[[Permission], bool]

    @property
    def day(self) -> str:
        """The query that narrows a list to the day of the figures."""
        return f"since={self.counts.day}&until={self.counts.day}"


def link(name: str, query: str = "") -> str:
    """Return the address of a page, narrowed by `query`."""
    return f"{reverse(name)}?{query}" if query else reverse(name)
