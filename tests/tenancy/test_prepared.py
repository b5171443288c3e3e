"""Statements that are prepared: each tenant has its own plan, and only its own rows."""

from django.db import connection
from django_tenants.utils import tenant_context

from parkops.accounts.models import User
from parkops.tenancy.postgresql import copying, prepared
from parkops.tenancy.postgresql.prepared import KEPT

COUNT = "SELECT count(*) AS prepared_here FROM accounts_user WHERE id > %(least)s::bigint"


def plans() -> list[tuple[int, int]]:
    """How often each plan of the statement was used as planned once, and as planned anew."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT generic_plans, custom_plans FROM pg_prepared_statements"
            " WHERE statement LIKE '%prepared_here%'"
        )
        return cursor.fetchall()


def test_tenants_in_turns_do_not_take_the_plan_from_each_other(harbor, hillside, bob):
    found = set()
    for _ in range(8):
        for tenant in (harbor, hillside):
            with tenant_context(tenant):
                count = prepared.rows(COUNT, {"least": 0})[0][0]
                assert count == User.objects.count()
                found.add(count)
    assert len(found) == 2
    assert [generic + custom for generic, custom in plans()] == [8, 8]


def test_a_connection_keeps_many_statements_and_not_all(harbor):
    prepared.rows(COUNT, {"least": 0})
    assert connection.connection.prepared_max == KEPT


def test_rows_are_copied_into_the_tenant_s_own_table(harbor, hillside):
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE copied (name text, at int)")
    copying.copy_rows("copied", ("name", "at"), [("a\tb", 1), ("\\N", None)])
    with connection.cursor() as cursor:
        cursor.execute("SELECT name, at FROM t_harbor.copied ORDER BY name DESC")
        assert cursor.fetchall() == [("a\tb", 1), ("\\N", None)]
