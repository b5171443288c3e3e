"""The search path is said once, remembered, and forgotten whenever the database may have lost it."""

import pytest
from django.db import DatabaseError, connection, transaction
from django.http import HttpResponse
from django.test import RequestFactory
from django.test.utils import CaptureQueriesContext
from django_tenants.utils import tenant_context
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from parkops.accounts.models import User
from parkops.tenancy.middleware import TenantMiddleware
from parkops.tenancy.models import Tenant


def statements(captured: CaptureQueriesContext) -> list[str]:
    return [query["sql"].split()[0] for query in captured.captured_queries]


class TestOneStatement:
    def test_a_one_query_view_is_one_statement(self, harbor, hillside):
        def view(request):
            return HttpResponse(str(User.objects.count()))

        serve = TenantMiddleware(view)

        def ask(slug: str) -> list[str]:
            request = RequestFactory(SERVER_NAME=f"{slug}.localhost").get("/")
            with CaptureQueriesContext(connection) as captured:
                assert serve(request).status_code == 200
            return statements(captured)

        ask("harbor")
        assert ask("harbor") == ["SELECT"]
        assert ask("harbor") == ["SELECT"]
        ask("hillside")
        assert ask("harbor") == ["SET", "SELECT"]
        assert ask("harbor") == ["SELECT"]

    def test_choosing_a_tenant_says_nothing_to_the_database(self, harbor, hillside):
        User.objects.count()
        with CaptureQueriesContext(connection) as captured:
            connection.set_tenant(hillside)
            connection.set_tenant(harbor)
            User.objects.count()
        assert statements(captured) == ["SELECT"]


class TestForgetting:
    def test_after_a_savepoint_is_rolled_back(self, harbor, hillside):
        assert current() == "t_harbor"
        try:
            with transaction.atomic():
                connection.set_tenant(hillside)
                assert current() == "t_hillside"
                raise ValueError
        except ValueError:
            pass
        assert current() == "t_hillside"
        connection.set_tenant(harbor)
        assert current() == "t_harbor"

    def test_after_a_context_that_fails(self, harbor, hillside):
        with pytest.raises(DatabaseError), tenant_context(hillside), transaction.atomic():
            connection.cursor().execute("SELECT 1/0")
        assert current() == "t_harbor"


def current() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_schema()")
        return cursor.fetchone()[0]


STEP = st.sampled_from(["harbor", "hillside", "public", "look", "fail", "close"])
PROGRAMME = st.recursive(
    st.lists(STEP, max_size=6),
    lambda inner: st.lists(STEP | st.tuples(st.sampled_from(["keep", "roll back"]), inner)),
    max_leaves=8,
)


class _OnPurpose(Exception):
    pass


def run(steps, tenants) -> None:
    """Do the steps; after each, the database looks where Django thinks that it does."""
    for step in steps:
        if isinstance(step, tuple):
            try:
                with transaction.atomic():
                    run(step[1], tenants)
                    if step[0] == "roll back":
                        raise _OnPurpose
            except _OnPurpose:
                pass
        elif step == "public":
            connection.set_schema_to_public()
        elif step == "fail":
            with pytest.raises(DatabaseError), transaction.atomic():
                connection.cursor().execute("SELECT 1/0")
        elif step == "close":
            if not connection.in_atomic_block:
                connection.close()
        elif step != "look":
            connection.set_tenant(tenants[step])
        if step == "look" or isinstance(step, tuple):
            assert current() == connection.schema_name


def test_no_interleaving_looks_into_another_tenant(own_database):
    connection.set_schema_to_public()
    tenants = {tenant.slug: tenant for tenant in Tenant.objects.all()}

    @settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
    @given(PROGRAMME)
    def holds(steps):
        connection.set_tenant(tenants["harbor"])
        run(steps, tenants)
        assert current() == connection.schema_name

    holds()
