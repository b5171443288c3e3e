"""Every task that is promised or scheduled is there, and runs in a tenant or says it does not."""

import ast

from parkops.celery import EVERY_NIGHT, EVERY_TENANT, app
from tests.architecture.code import Module, calls, imported, module_of, modules, name_of

# Where `later` is defined, and where it is handed a name that it was given.
PASSES_ON = {"parkops/tenancy/later.py"}


def registered() -> dict[str, object]:
    """Return our tasks by name."""
    app.loader.import_default_modules()
    return {name: task for name, task in app.tasks.items() if not name.startswith("celery.")}


def promised(module: Module) -> list[tuple[str, int]]:
    """Return the names given to `later` in `module` with their lines; "" for one that is no literal."""
    found = []
    for call in calls(module.tree):
        if name_of(call.func).split(".")[-1] == "later":
            first = call.args[0] if call.args else None
            is_text = isinstance(first, ast.Constant)
            found.append((str(first.value) if is_text else "", call.lineno))
    return found


def test_every_name_given_to_later_is_a_task():
    known = registered()
    assert known
    names = [
        (f"{module.path}:{line}", name)
        for module in modules()
        if module.path not in PASSES_ON
        for name, line in promised(module)
    ]
    assert names
    assert [(place, name) for place, name in names if name not in known] == []


def test_every_scheduled_name_is_a_task():
    known = registered()
    scheduled = {entry["task"] for entry in app.conf.beat_schedule.values()}
    fanned_out = {
        entry.get("kwargs", {}).get("task") for entry in app.conf.beat_schedule.values()
    } - {None}
    assert {*EVERY_TENANT, *EVERY_NIGHT} <= fanned_out
    assert scheduled | fanned_out <= set(known)


def test_every_task_is_made_by_tenant_task_or_public_task():
    made_elsewhere = {
        name
        for name, task in registered().items()
        if not task.run.__code__.co_filename.endswith("parkops/tenancy/later.py")
    }
    assert made_elsewhere == set()


def test_nobody_else_registers_tasks():
    assert [
        f"{module.path}:{line}: {name}"
        for module in modules()
        if module.path not in PASSES_ON
        for name, line in imported(module.tree)
        if name == "celery.shared_task"
    ] == []


def test_planted_names_are_found():
    assert promised(module_of('later("permits.no_such_task", permit=1)')) == [
        ("permits.no_such_task", 1)
    ]
    assert promised(module_of("later(name)")) == [("", 1)]
