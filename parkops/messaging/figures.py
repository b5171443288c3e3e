"""What messages add to the figures that are kept."""

from collections.abc import Iterator
from contextlib import contextmanager

from parkops.kernel.tallies import EVER, Steps
from parkops.messaging.models import Message
from parkops.tallies import operations as tallies
from parkops.tallies.truths import Truth

FAILED = "messages_failed"
LEVELS = (FAILED,)

_QUERY = """
SELECT 'messages_failed', %(ever)s::timestamptz, count(*) FROM messaging_message WHERE state = 'failed'
"""

TRUTH = Truth(LEVELS, (), _QUERY)


def steps(state: str) -> Steps:
    """Return what a message in this state adds."""
    return {(FAILED, EVER): 1} if state == Message.State.FAILED else {}


@contextmanager
def tallied(message: Message) -> Iterator[None]:
    """Let the figures follow what the block changes of a locked message, in the database and on `message`."""
    with tallies.following(lambda: steps(message.state)):
        yield
        message.refresh_from_db()
