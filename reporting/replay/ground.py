"""What every part of a replay rests on: the two programs, the span, the events declared in it."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

from django.db import connection, transaction

from parkops.kernel.windows import Events
from parkops.programme import queries as programme
from parkops.programme.queries import InForce
from parkops.programme.schema import Programme


@dataclass(frozen=True, slots=True)
class Ground:
    """The program in force when the replay was asked for, the draft, and [since_at, until_at)."""

    base: InForce
    draft: InForce
    since_at: datetime
    until_at: datetime
    events: Events

    @classmethod
    def of(
        cls, *, base_version: int, draft: Programme, since_at: datetime, until_at: datetime
    ) -> "Ground":
        """Return the ground of a replay; the draft counts as in force all along."""
        return cls(
            programme.version(base_version),
            InForce(0, draft, None),
            since_at,
            until_at,
            programme.event_periods(),
        )


@contextmanager
def reading() -> Iterator[None]:
    """Read in one transaction that the database lets change nothing."""
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION READ ONLY")
        yield
