"""Live examples beside an editor: what the rule that is being written comes to.

Prices and fines are worked out in apps above this one, which register how.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from parkops.programme.schema import Programme

# Takes the programme as it is being written, the code of the thing, what is asked and the instant.
Make = Callable[[Programme, str, Mapping[str, str], datetime], dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Example:
    """A template, and what makes its context."""

    template: str
    make: Make


_examples: dict[str, Example] = {}


def register(part: str, *, template: str, make: Make) -> None:
    """Show this example beside the editor of a part."""
    _examples[part] = Example(template, make)


def example_of(part: str) -> Example | None:
    """Return the example of a part, if it has one."""
    return _examples.get(part)
