"""What components are given: frozen values, so that views name things and templates are short."""

from dataclasses import dataclass
from datetime import date, datetime

from parkops.kernel.money import Money


@dataclass(frozen=True, slots=True)
class Option:
    """One row of a choice. `refused` is why it cannot be chosen now; it then stays and says so."""

    value: str
    label: str
    why: str = ""
    price: Money | None = None
    refused: str = ""
    url: str = ""
    url_text: str = ""


@dataclass(frozen=True, slots=True)
class Tab:
    """One saved view of a list, with how many rows it has; `has_more`: or more than that."""

    label: str
    url: str
    count: int | None = None
    current: bool = False
    has_more: bool = False


@dataclass(frozen=True, slots=True)
class Reason:
    """One line of a because list: what was applied, its amount if it has one, and a note below."""

    text: str
    amount: Money | None = None
    note: str = ""
    is_sum: bool = False


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that happened, for the timeline. A plate is drawn, never within the text."""

    at: datetime | date
    text: str
    detail: str = ""
    tone: str = ""
    url: str = ""
    plate: str = ""
    region: str = ""
    amount: Money | None = None


@dataclass(frozen=True, slots=True)
class Todo:
    """A promise that waits: how many, what, where, and by when."""

    count: str
    text: str
    url: str
    detail: str = ""
    by: str = ""
    tone: str = ""
