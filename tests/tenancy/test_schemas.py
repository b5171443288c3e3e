"""What the schemas are like: nothing leads from a tenant into public, and one goes without the other."""

from django.db import connection
from django_tenants.utils import schema_context, tenant_context

from parkops.accounts.models import User
from parkops.tenancy import operations as tenancy
from parkops.tenancy.models import Domain, Tenant


def rows(query: str, *values) -> list[tuple]:
    with connection.cursor() as cursor:
        cursor.execute(query, values)
        return cursor.fetchall()


def test_no_foreign_key_leaves_its_schema(harbor):
    crossing = rows(
        """
        SELECT c.conrelid::regclass::text, c.confrelid::regclass::text
          FROM pg_constraint c
          JOIN pg_class a ON a.oid = c.conrelid
          JOIN pg_class b ON b.oid = c.confrelid
         WHERE c.contype = 'f' AND a.relnamespace <> b.relnamespace
        """
    )
    assert crossing == []


def test_public_holds_the_platforms_tables_only(harbor):
    tables = {
        name for (name,) in rows("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
    }
    assert tables == {
        "django_content_type",
        "django_migrations",
        "tenancy_domain",
        "tenancy_operatorlink",
        "tenancy_outboxentry",
        "tenancy_rhythm",
        "tenancy_schemapattern",
        "tenancy_tenant",
    }


def test_extensions_stand_in_public(harbor):
    found = dict(
        rows(
            "SELECT extname, nspname FROM pg_extension e JOIN pg_namespace n ON n.oid = e.extnamespace"
            " WHERE extname <> 'plpgsql'"
        )
    )
    assert found.get("btree_gist") == "public"
    assert found.get("pg_trgm") == "public"
    assert set(found.values()) == {"public"}


def constraints(schema: str) -> set[tuple]:
    return set(
        rows(
            "SELECT conname, contype::text FROM pg_constraint c"
            " JOIN pg_namespace n ON n.oid = c.connamespace WHERE nspname = %s",
            schema,
        )
    )


def test_two_tenants_have_the_same_constraints(harbor):
    assert constraints("t_harbor") == constraints("t_hillside")
    # Checks, foreign keys, keys, constraint triggers (the ledger's balance).
    assert {"c", "f", "p", "u", "t"} <= {kind for _, kind in constraints("t_harbor")}


def test_dropping_one_tenant_leaves_the_other_whole(own_database):
    with schema_context("public"):
        hillside = Tenant.objects.get(slug="hillside")
    before = constraints("t_harbor")
    tenancy.drop_tenant(hillside)
    assert constraints("t_hillside") == set()
    assert constraints("t_harbor") == before
    with schema_context("public"):
        assert [tenant.slug for tenant in Tenant.objects.all()] == ["harbor"]
        assert Domain.objects.count() == 1
    with tenant_context(own_database):
        assert User.objects.filter(email="alice@harbor.example").exists()


def test_schema_names_say_nothing_of_who_it_is(now):
    names = {tenancy.new_schema_name(now) for _ in range(50)}
    assert len(names) == 50
    for name in names:
        assert name.startswith("t_")
        assert len(name) <= 63
        assert name.isidentifier()
