"""What is published is there, as it is told, in every tenant, and readable by a role that reads nothing else."""

import psycopg
import pytest
from django.core.management import call_command
from django.db import ProgrammingError, connection, transaction
from django_tenants.utils import tenant_context

from parkops.kernel.actors import SYSTEM
from parkops.kernel.decisions import Conflict, NotFound, Refused
from parkops.tenancy import operations as tenancy
from parkops.tenancy import readers
from reporting.questions import answers, guide, operations
from reporting.questions.published import VIEWS, Kind

TYPES = {
    Kind.TEXT: {"text", "character varying"},
    Kind.CHOICE: {"text", "character varying"},
    Kind.COUNT: {"bigint", "integer"},
    Kind.MONEY: {"bigint"},
    Kind.DAY: {"date"},
    Kind.INSTANT: {"timestamp with time zone"},
    Kind.YESNO: {"boolean"},
}


def columns_of(schema: str) -> dict[str, dict[str, str]]:
    """Return the columns of the published views as the database has them: their types by name, in order."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
SELECT table_name, column_name, data_type FROM information_schema.columns
 WHERE table_schema = %s AND table_name LIKE 'bi\\_%%' ORDER BY table_name, ordinal_position
""",
            [schema],
        )
        found: dict[str, dict[str, str]] = {}
        for view, column, kind in cursor.fetchall():
            found.setdefault(view, {})[column] = kind
    return found


def test_the_declaration_is_what_the_database_has(harbor):
    found = columns_of(harbor.schema_name)
    assert sorted(found) == sorted(view.name for view in VIEWS)
    for view in VIEWS:
        assert [*found[view.name]] == view.names, view.code
        for column in view.columns:
            kind = found[view.name][column.name]
            told = {"numeric"} if kind == "numeric" else TYPES[column.kind]
            assert kind in told, (view.code, column.name)


def test_nothing_secret_is_published():
    for view in VIEWS:
        for name in view.names:
            assert not any(word in name for word in ("password", "pin", "token", "secret", "key"))


def test_amounts_stand_beside_their_currency():
    for view in VIEWS:
        if any(column.kind is Kind.MONEY for column in view.columns):
            assert "currency" in view.names, view.code


def test_a_new_tenant_has_the_same_views(harbor, now):
    before = columns_of(harbor.schema_name)
    tenant = tenancy.create_tenant(slug="newcomer", name="Newcomer", at=now)
    assert columns_of(tenant.schema_name) == before
    with tenant_context(tenant):
        role = answers.role(is_personal=True)
        assert role.startswith(tenant.schema_name)
        readers.make_login(answers.readable(is_personal=False), label="bi", is_personal=False)
    tenancy.drop_tenant(tenant)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_roles WHERE starts_with(rolname, %s)", [tenant.schema_name]
        )
        assert cursor.fetchone() == (0,)


def test_a_role_that_something_else_hangs_on_is_left(harbor, now, caplog):
    tenant = tenancy.create_tenant(slug="newcomer", name="Newcomer", at=now)
    with tenant_context(tenant):
        role = answers.role(is_personal=True)
    with tenant_context(harbor), connection.cursor() as cursor:
        cursor.execute(f"GRANT USAGE ON SCHEMA {harbor.schema_name} TO {role}")
    tenancy.drop_tenant(tenant)
    assert "stays, with nothing to read here" in caplog.text


class TestReader:
    def test_reads_the_views(self, harbor):
        role = answers.role(is_personal=True)
        with readers.reading_as(role, seconds=5), connection.cursor() as cursor:
            for view in VIEWS:
                cursor.execute(f"SELECT * FROM {view.name} LIMIT 1")

    @pytest.mark.parametrize(
        "text",
        [
            "SELECT * FROM accounts_user",
            "SELECT * FROM enforcement_citation",
            "SELECT * FROM public.tenancy_tenant",
            "SELECT * FROM {other}.bi_citations",
            "SELECT * FROM {other}.accounts_user",
            "CREATE TABLE mine (x int)",
            "DELETE FROM bi_checks",
            "CREATE ROLE mine",
        ],
    )
    def test_reads_nothing_else(self, harbor, hillside, text):
        role = answers.role(is_personal=True)
        with (
            pytest.raises(Exception, match="permission denied|read-only"),
            readers.reading_as(role, seconds=5),
            connection.cursor() as cursor,
        ):
            cursor.execute(text.format(other=hillside.schema_name))

    def test_without_persons_no_personal_column_is_read(self, harbor):
        role = answers.role(is_personal=False)
        with readers.reading_as(role, seconds=5), connection.cursor() as cursor:
            cursor.execute("SELECT citation FROM bi_citations")
        with (
            pytest.raises(ProgrammingError, match="permission denied"),
            readers.reading_as(role, seconds=5),
            connection.cursor() as cursor,
        ):
            cursor.execute("SELECT plate FROM bi_citations")

    def test_nothing_lasts_beyond(self, harbor):
        with connection.cursor() as cursor:
            cursor.execute("SELECT current_user, current_setting('transaction_read_only')")
            before = cursor.fetchone()
            with readers.reading_as(answers.role(is_personal=True), seconds=5):
                pass
            cursor.execute("SELECT current_user, current_setting('transaction_read_only')")
            assert cursor.fetchone() == before

    def test_is_made_once(self, harbor):
        first = answers.role(is_personal=True)
        assert answers.role(is_personal=True) == first

    def test_who_may_make_no_roles_reads_as_itself(self, harbor):
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("CREATE ROLE parkops_plain NOLOGIN")
            cursor.execute(f"GRANT USAGE ON SCHEMA {harbor.schema_name} TO parkops_plain")
            cursor.execute(
                f"GRANT SELECT ON ALL TABLES IN SCHEMA {harbor.schema_name} TO parkops_plain"
            )
            cursor.execute("GRANT parkops_plain TO CURRENT_USER")
            cursor.execute("SET LOCAL ROLE parkops_plain")
            assert answers.role(is_personal=True) == ""
            with readers.reading_as("", seconds=5):
                cursor.execute("SELECT count(*) FROM bi_zones")
            with (
                pytest.raises(Exception, match="read-only"),
                readers.reading_as("", seconds=5),
            ):
                cursor.execute("UPDATE enforcement_citation SET note = ''")
            transaction.set_rollback(True)


def test_the_guide_is_current():
    assert guide.PATH.read_text() == guide.guide(), "run manage.py bi_guide"


class TestLogin:
    def test_reads_as_told_and_is_revoked(self, own_database, capsys):
        call_command("bi_access", own_database.slug, "--label", "looker")
        told = dict(
            line.split(maxsplit=1)
            for line in capsys.readouterr().out.splitlines()
            if line.startswith(("User", "Password"))
        )
        parameters = connection.get_connection_params()
        for name in ("cursor_factory", "context", "prepare_threshold", "server_side_binding"):
            parameters.pop(name, None)
        parameters |= {"user": told["User"], "password": told["Password"], "autocommit": True}
        with psycopg.connect(**parameters) as session:
            assert session.execute("SELECT count(*) FROM bi_citations").fetchone() == (0,)
            for text in ("SELECT plate FROM bi_citations", "SELECT * FROM enforcement_citation"):
                with pytest.raises(psycopg.errors.InsufficientPrivilege):
                    session.execute(text)
            with pytest.raises(psycopg.errors.ReadOnlySqlTransaction):
                session.execute("CREATE TEMP TABLE mine (x int)")
            call_command("bi_access", own_database.slug, "--list")
            assert capsys.readouterr().out.strip() == told["User"]
            call_command("bi_access", own_database.slug, "--label", "looker", "--revoke")
            with pytest.raises(psycopg.OperationalError):
                session.execute("SELECT 1")
        with pytest.raises(psycopg.OperationalError):
            psycopg.connect(**parameters)

    def test_one_that_would_write_makes_no_table_and_is_revoked_with_what_it_made(
        self, own_database, now
    ):
        login = operations.give_login("evil", is_personal=False, by=SYSTEM, at=now)
        parameters = connection.get_connection_params()
        for name in ("cursor_factory", "context", "prepare_threshold", "server_side_binding"):
            parameters.pop(name, None)
        parameters |= {"user": login.role, "password": login.password, "autocommit": True}
        with psycopg.connect(**parameters) as session:
            session.execute("SET default_transaction_read_only = off")
            session.execute("SET statement_timeout = 0")
            for text in ("CREATE TEMP TABLE mine (x int)", "CREATE TABLE mine (x int)"):
                with pytest.raises(psycopg.errors.InsufficientPrivilege):
                    session.execute(text)
            session.execute("SELECT lo_from_bytea(0, 'mine')")
            operations.take_login("evil", by=SYSTEM, at=now)
            with pytest.raises(psycopg.OperationalError):
                session.execute("SELECT 1")
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM pg_largeobject_metadata")
            assert cursor.fetchone() == (0,)
            cursor.execute("CREATE TEMP TABLE ours (x int)")
            cursor.execute("DROP TABLE ours")
        assert readers.logins() == []

    def test_a_second_of_the_same_label_is_refused(self, harbor, now):
        operations.give_login("bi", is_personal=False, by=SYSTEM, at=now)
        with pytest.raises(Conflict, match="Revoke it first"):
            operations.give_login("bi", is_personal=False, by=SYSTEM, at=now)
        operations.take_login("bi", by=SYSTEM, at=now)
        with pytest.raises(NotFound):
            operations.take_login("bi", by=SYSTEM, at=now)

    @pytest.mark.parametrize("label", ["", "A", "x; DROP ROLE y", "a" * 17, "1a"])
    def test_a_label_is_a_short_word(self, harbor, now, label):
        with pytest.raises(Refused):
            operations.give_login(label, is_personal=False, by=SYSTEM, at=now)
