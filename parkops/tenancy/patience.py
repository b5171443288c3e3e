"""How long a page waits for the database."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import OperationalError, connection, transaction

from parkops.kernel.decisions import Refused

_CANCELED = "57014"


class TookTooLong(Refused):
    """The database was stopped before it had an answer."""


@contextmanager
def within(seconds: float, narrow: str, *, field: str = "") -> Iterator[None]:
    """Do what is inside in one transaction, each statement `seconds` at most; `narrow` says what
    to ask for instead.

    :raises TookTooLong: if one needs longer.
    """
    with patient(seconds, narrow, field=field), transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(f"SET LOCAL statement_timeout = {int(seconds * 1000)}")
        yield


@contextmanager
def patient(seconds: float, narrow: str, *, field: str = "") -> Iterator[None]:
    """Say a statement that was stopped after `seconds` as a refusal; whoever begins the transaction sets them.

    :raises TookTooLong: if one was.
    """
    try:
        yield
    except OperationalError as error:
        if getattr(error.__cause__, "sqlstate", "") != _CANCELED:
            raise
        told = f"The database was asked for {seconds:g} seconds and stopped. {narrow}"
        raise TookTooLong("takes_too_long", told, field=field) from None
