"""Roles of the database that read what one tenant publishes, and nothing else.

Each tenant has two, made when they are first needed: one reads every published column, one none that tells of a
person. Nobody signs in as them; the application becomes one for a transaction, and a login for BI tools is a
member of one. Roles belong to the whole server, so their names begin with the schema and the database's number.
Where the database user may not make roles there are none, and the application reads as itself.
"""

import logging
import re
import secrets
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from django.db import DatabaseError, ProgrammingError, connection, transaction
from psycopg import sql

from parkops.kernel.decisions import Conflict, NotFound, Refused

logger = logging.getLogger(__name__)

_LABEL = re.compile(r"[a-z][a-z0-9]{0,15}")
LOGIN_SETTINGS = {
    "default_transaction_read_only": "on",
    "statement_timeout": "120s",
    "idle_in_transaction_session_timeout": "60s",
}
LOGIN_CONNECTIONS = 8
ENDED_WITHIN = 5_000
"""So many milliseconds the sessions of a revoked login have to end."""

Published = Mapping[str, Sequence[str]]
"""The views that a role reads, each with the columns that it reads of it."""


@dataclass(frozen=True, slots=True)
class Login:
    """A login that was just made; its password is told once."""

    role: str
    password: str


@contextmanager
def reading_as(role: str, *, seconds: float) -> Iterator[None]:
    """Read in a transaction that changes nothing, as `role`, each statement `seconds` at most.

    Without a role as the application itself. Nothing of it lasts beyond.
    """
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION READ ONLY")
            cursor.execute(f"SET LOCAL statement_timeout = {int(seconds * 1000)}")
            if role:
                cursor.execute(sql.SQL("SET LOCAL ROLE {}").format(sql.Identifier(role)))
        yield
        transaction.set_rollback(True)


def reader(published: Published, *, is_personal: bool) -> str:
    """Return the role of the current tenant that reads `published`, made or given more if need be.

    Empty where the database user may not make roles.
    """
    role = _name("reads_all" if is_personal else "reads")
    if _may_read(role, published):
        return role
    try:
        with transaction.atomic():
            _make(role, published)
    except ProgrammingError as error:
        logger.warning("Questions are read without a role of their own: %s", error)
        return ""
    return role


def make_login(published: Published, *, label: str, is_personal: bool) -> Login:
    """Make a login for a BI tool that reads `published` of the current tenant.

    :raises Refused: if the label is none.
    :raises Conflict: if there is one of this label, or the database user may not make roles.
    """
    login = _login(label)
    role = reader(published, is_personal=is_personal)
    if not role:
        raise Conflict(
            "no_roles",
            "The database user of ParkOps may not make roles: give it CREATEROLE, or make the login yourself.",
        )
    if login in logins():
        raise Conflict("login_taken", f"There is a login {label} already. Revoke it first.")
    _close_to_writers()
    password = secrets.token_urlsafe(24)
    with transaction.atomic(), connection.cursor() as cursor:
        link = connection.connection.pgconn
        kept = link.encrypt_password(password.encode(), login.encode(), b"scram-sha-256").decode()
        cursor.execute(
            sql.SQL("CREATE ROLE {} LOGIN PASSWORD {} CONNECTION LIMIT {} IN ROLE {}").format(
                sql.Identifier(login),
                sql.Literal(kept),
                sql.Literal(LOGIN_CONNECTIONS),
                sql.Identifier(role),
            )
        )
        settings = {**LOGIN_SETTINGS, "search_path": connection.schema_name}
        for name, value in settings.items():
            cursor.execute(
                sql.SQL("ALTER ROLE {} SET {} = {}").format(
                    sql.Identifier(login), sql.SQL(name), sql.Literal(value)
                )
            )
    return Login(login, password)


def revoke_login(label: str) -> None:
    """Remove a login of the current tenant, and end its sessions.

    :raises NotFound: if there is none of this label.
    """
    login = _login(label)
    if login not in logins():
        raise NotFound(f"There is no login {label}.")
    with transaction.atomic(), connection.cursor() as cursor:
        _end(login)
        cursor.execute(sql.SQL("DROP ROLE {}").format(sql.Identifier(login)))


def logins() -> list[str]:
    """Return the roles by which BI tools sign in for the current tenant."""
    return [role for role in _roles(connection.schema_name) if role.startswith(_name("login_"))]


def drop_readers(schema: str) -> None:
    """Remove every role of a tenant whose schema is gone: they own and read nothing any more."""
    with connection.cursor() as cursor:
        for role in _roles(schema):
            try:
                with transaction.atomic():
                    if role.startswith(_name("login_", schema=schema)):
                        _end(role)
                    cursor.execute(sql.SQL("DROP ROLE {}").format(sql.Identifier(role)))
            except DatabaseError as error:  # such as one that a copy of this database names too
                logger.warning("The role %s stays, with nothing to read here: %s", role, error)


def _end(login: str) -> None:
    """End the sessions of a login, and remove what it made: large objects, which any login can make, would
    keep its role alive."""
    with connection.cursor() as cursor:
        cursor.execute(sql.SQL("GRANT {} TO CURRENT_USER").format(sql.Identifier(login)))
        cursor.execute(
            "SELECT pg_terminate_backend(pid, %s) FROM pg_stat_activity WHERE usename = %s",
            [ENDED_WITHIN, login],
        )
        cursor.execute(sql.SQL("DROP OWNED BY {}").format(sql.Identifier(login)))


def _close_to_writers() -> None:
    """Let nobody but the owner of the database make temporary tables, which a login could write; whoever owns it
    not leaves that to its owner."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT has_database_privilege('public', current_database(), 'TEMPORARY')")
        if not cursor.fetchone()[0]:
            return
        cursor.execute(
            "SELECT pg_has_role(datdba, 'USAGE'), datname FROM pg_database WHERE datname = current_database()"
        )
        is_owner, database = cursor.fetchone()
        if is_owner:
            cursor.execute(
                sql.SQL("REVOKE TEMPORARY ON DATABASE {} FROM PUBLIC").format(
                    sql.Identifier(database)
                )
            )


def _login(label: str) -> str:
    if not _LABEL.fullmatch(label):
        raise Refused(
            "label",
            f"{label!r} cannot name a login: up to 16 small letters and digits, a letter first.",
            field="label",
        )
    return _name(f"login_{label}")


def _name(kind: str, *, schema: str = "") -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT oid FROM pg_database WHERE datname = current_database()")
        return f"{schema or connection.schema_name}_{cursor.fetchone()[0]}_{kind}"


def _roles(schema: str) -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT rolname FROM pg_roles WHERE starts_with(rolname, %s) ORDER BY rolname",
            [_name("", schema=schema)],
        )
        return [role for (role,) in cursor.fetchall()]


def _may_read(role: str, published: Published) -> bool:
    """Whether the role is there, is ours to become, and reads every column."""
    schema = connection.schema_name
    pairs = [(view, column) for view, columns in published.items() for column in columns]
    with connection.cursor() as cursor:
        cursor.execute(
            """
SELECT pg_has_role(role.oid, 'MEMBER') AND has_schema_privilege(role.oid, %s::text, 'USAGE')
   AND (SELECT bool_and(has_column_privilege(role.oid, format('%%I.%%I', %s::text, seen.view), seen.name,
                                             'SELECT'))
          FROM unnest(%s::text[], %s::text[]) seen(view, name))
  FROM pg_roles role WHERE role.rolname = %s
""",
            [schema, schema, [view for view, _ in pairs], [name for _, name in pairs], role],
        )
        return bool((cursor.fetchone() or [False])[0])


def _make(role: str, published: Published) -> None:
    schema = sql.Identifier(connection.schema_name)
    ours = sql.Identifier(role)
    with connection.cursor() as cursor:
        # One at a time in a schema: two that grant on the same view would get in each other's way.
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext(%s))", [connection.schema_name])
        cursor.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [role])
        if cursor.fetchone() is None:
            cursor.execute(sql.SQL("CREATE ROLE {} NOLOGIN").format(ours))
        cursor.execute(sql.SQL("GRANT {} TO CURRENT_USER").format(ours))
        cursor.execute(sql.SQL("GRANT USAGE ON SCHEMA {} TO {}").format(schema, ours))
        for view, columns in published.items():
            cursor.execute(
                sql.SQL("GRANT SELECT ({}) ON {}.{} TO {}").format(
                    sql.SQL(", ").join(map(sql.Identifier, columns)),
                    schema,
                    sql.Identifier(view),
                    ours,
                )
            )
