"""Locks by name, of things that have no row to lock yet."""

from django.db import connection


def lock(name: str) -> None:
    """Let others of this tenant that ask for the same name wait until the transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_advisory_xact_lock(hashtextextended(current_schema() || %s, 0))",
            [f":citation:{name}"],
        )
