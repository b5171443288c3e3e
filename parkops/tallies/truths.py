"""How each figure is counted from its rows: what the figures are checked against, and begin with."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Truth:
    """How figures are counted: a statement of (name, at, n) over the tenant's tables.

    It may name `%(now)s`; `%(since)s`, before which flows are not looked at; and `%(zone)s`, by which the
    tenant's days begin: one that changes moves the steps ahead, which the next check mends. A figure that is
    told apart is named here without what it is told for.
    """

    levels: tuple[str, ...]
    flows: tuple[str, ...]
    query: str


_truths: list[Truth] = []


def register(truth: Truth) -> None:
    """Check the figures of `truth` by its statement."""
    if truth not in _truths:
        _truths.append(truth)


def registered() -> tuple[Truth, ...]:
    """Return all ways of counting."""
    return tuple(_truths)


def levels() -> list[str]:
    """Return the names of all levels."""
    return [name for truth in _truths for name in truth.levels]


def flows() -> list[str]:
    """Return the names of all flows."""
    return [name for truth in _truths for name in truth.flows]
