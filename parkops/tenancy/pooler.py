"""Refuses a transaction pooler, behind which half of all reads go to another tenant, silently."""

import psycopg
from django.core.exceptions import ImproperlyConfigured
from django.db import connection

ROUNDS = 12


class TransactionPooler(ImproperlyConfigured):
    """The database is reached through a pooler that shares sessions between statements."""


def refuse_transaction_pooler() -> None:
    """Hold four sessions, give each a search path of its own, and see that each keeps it.

    :raises TransactionPooler: if one does not.
    """
    parameters = connection.get_connection_params()
    parameters = {
        key: value for key, value in parameters.items() if key not in ("cursor_factory", "context")
    }
    parameters.pop("prepare_threshold", None)
    sessions = [
        psycopg.connect(**{**parameters, "cursor_factory": psycopg.Cursor, "autocommit": True})
        for _ in range(4)
    ]
    try:
        for turn in range(ROUNDS):
            for index, session in enumerate(sessions):
                session.execute(f"SET search_path = probe_{index}_{turn}")
            for index, session in enumerate(sessions):
                row = session.execute("SHOW search_path").fetchone()
                if row is None or row[0] != f"probe_{index}_{turn}":
                    raise TransactionPooler(
                        "DATABASE_URL leads to a pooler in transaction mode: tenants would read each "
                        "other's rows. Use session pooling, or connect to PostgreSQL itself."
                    )
    finally:
        for session in sessions:
            session.close()
