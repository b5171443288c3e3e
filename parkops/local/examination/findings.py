"""One line of the doctor's report."""

from dataclasses import dataclass
from enum import StrEnum


class Level(StrEnum):
    """How much a finding matters; a fault must be mended before ParkOps is used."""

    OK = "ok"
    WARNING = "warning"
    FAULT = "fault"


@dataclass(frozen=True, slots=True)
class Finding:
    """What was found, and what to do about it."""

    level: Level
    found: str
    to_do: str = ""


def ok(found: str) -> Finding:
    """Return a finding that asks for nothing."""
    return Finding(Level.OK, found)


def warning(found: str, to_do: str) -> Finding:
    """Return a finding that may be wanted, or not."""
    return Finding(Level.WARNING, found, to_do)


def fault(found: str, to_do: str) -> Finding:
    """Return a finding that must be mended."""
    return Finding(Level.FAULT, found, to_do)
