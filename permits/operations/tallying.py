"""How the figures follow the acts on permits; part of the acts that call this."""

from contextlib import AbstractContextManager

from parkops.tallies import operations as tallies
from permits.models import Permit
from permits.rules import counting


def count(permit: Permit) -> None:
    """Count a permit that was just written."""
    tallies.add(counting.steps(permit.life))


def tallied(permit: Permit) -> AbstractContextManager[None]:
    """Let the figures follow what the block changes of a locked permit."""
    return tallies.following(lambda: counting.steps(permit.life))
