"""A task touches the tenant that its message names, and no other."""

import inspect
from contextlib import suppress

import pytest
from django.core.exceptions import ObjectDoesNotExist
from django.db import connection
from django_tenants.utils import tenant_context

from parkops.celery import EVERY_NIGHT, EVERY_TENANT, app
from parkops.kernel.decisions import NotFound
from parkops.tenancy.later import TenantMissing, later

pytestmark = pytest.mark.django_db


def tasks() -> dict[str, object]:
    """Return our tasks that run in a tenant, by name."""
    app.loader.import_default_modules()
    return {
        name: task
        for name, task in app.tasks.items()
        if not name.startswith("celery.")
        and "schema" in inspect.signature(task.run, follow_wrapped=False).parameters
    }


def arguments(task, things) -> dict[str, object]:
    """Return what a message of harbor's would carry for `task`: the ids of harbor's own things."""
    ids = {
        "job": things.job.pk,
        "message": things.message.pk,
        "refund": 1,
        "payment": 1,
        "event": 1,
        "number": things.citation,
        "permit": things.permit,
        "draw": things.draw.pk,
        "consent": 1,
        "card": 1,
        "text": 1,
        "rows": [],
    }
    wanted = inspect.signature(task.run.__wrapped__).parameters.values()
    return {
        one.name: ids[one.name]
        for one in wanted
        if one.kind is one.KEYWORD_ONLY and one.default is one.empty
    }


def test_with_another_tenants_ids_nothing_of_theirs_is_touched(things, hillside, state_of):
    found = tasks()
    assert {*EVERY_TENANT, *EVERY_NIGHT} <= set(found)
    before = state_of("t_harbor")
    for name, task in found.items():
        # A task may well fail: it finds nothing.
        with suppress(ObjectDoesNotExist, NotFound):
            task.run(schema=hillside.schema_name, **arguments(task, things))
        assert connection.tenant.slug == "harbor", name
    assert state_of("t_harbor") == before


@pytest.mark.parametrize("schema", ["", "public", "t_nobody", 'x"; DROP SCHEMA t_harbor; --'])
def test_without_a_tenant_no_task_runs(things, schema):
    for task in tasks().values():
        with pytest.raises(TenantMissing):
            task.run(schema=schema, **arguments(task, things))


def test_a_suspended_tenants_tasks_do_not_run(harbor, hillside):
    from parkops.tenancy import operations as tenancy

    tenancy.suspend_tenant(hillside)
    with pytest.raises(TenantMissing):
        app.tasks["permits.expire_holds"].run(schema=hillside.schema_name)


def test_a_promise_names_the_tenant_it_was_made_in(harbor, hillside, queued):
    from parkops.tenancy.models import OutboxEntry

    with tenant_context(hillside):
        later("permits.expire_holds")
    later("permits.expire_holds")
    schemas = OutboxEntry.objects.order_by("pk").values_list("schema_name", flat=True)
    assert list(schemas)[-2:] == [hillside.schema_name, harbor.schema_name]
