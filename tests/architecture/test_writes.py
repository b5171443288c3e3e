"""Models are written in operations and nowhere else."""

import ast
import re

import pytest

from tests.architecture.code import Module, calls, module_of, modules, name_of, nodes

BULK = {"bulk_create", "bulk_update", "copy_rows", "get_or_create", "update_or_create"}
QUERYSET = {"objects", "_default_manager", "_base_manager", "filter", "exclude", "all"}
SQL = re.compile(r"\s*(INSERT INTO|UPDATE|DELETE FROM|TRUNCATE|COPY|MERGE INTO)\s")

# These write, and may: path -> why.
MAY_WRITE = {
    "parkops/tenancy/later.py": "the outbox: promising work is what an operation calls it for",
    "parkops/tenancy/postgresql/copying.py": "COPY of rows, called by the operations that write them",
    "parkops/tenancy/tasks.py": "the relay's own rows of the outbox and of the rhythm",
    "parkops/accounts/models.py": "create_user is the name by which Django and allauth add a person",
    "parkops/programme/numbering.py": "the next number of a series, in the operation that uses it",
    "enforcement/imports/stage.py": "COPY into the staging table, called by the operation of import",
}


def written(module: Module) -> list[str]:
    """Return the places in `module` that write to the database."""
    found: list[ast.expr] = [call for call in calls(module.tree) if _writes(call)]
    found += [
        node
        for node in nodes(module.tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and SQL.match(node.value)
    ]
    return [f"{module.path}:{node.lineno}: {ast.unparse(node)[:80]}" for node in found]


def _writes(call: ast.Call) -> bool:
    if not isinstance(call.func, ast.Attribute):
        return False
    chain = set(name_of(call.func.value).split("."))
    match call.func.attr:
        case "create":
            return bool(chain & {"objects", "_default_manager", "_base_manager"})
        case "update":
            return bool(chain & QUERYSET) or (bool(call.keywords) and not call.args)
        case "save" | "delete":
            # A file's or a picture's save, a cache's delete, and a router's decorator name their target.
            return not call.args
        case name:
            return name in BULK


def _may(module: Module) -> bool:
    # The stand-in of the card provider is a server of its own, with a store of its own.
    return module.is_in("operations", "standin") or module.path in MAY_WRITE


def test_nothing_but_operations_writes():
    assert [place for module in modules() if not _may(module) for place in written(module)] == []


@pytest.mark.parametrize("path", MAY_WRITE)
def test_what_is_excused_does_write(path):
    (module,) = (module for module in modules() if module.path == path)
    assert written(module)


@pytest.mark.parametrize(
    "line",
    [
        "Permit.objects.create(number=1)",
        "Permit.objects.using('x').create(number=1)",
        "permit.save()",
        "permit.save(update_fields=['number'])",
        "Permit.objects.filter(pk=1).update(number=2)",
        "rows.update(number=2)",
        "permit.delete()",
        "Permit.objects.filter(pk=1).delete()",
        "Permit.objects.bulk_create(rows)",
        "customer.vehicles.get_or_create(plate=1)",
        "cursor.execute('DELETE FROM permit')",
        "cursor.execute(f'UPDATE {table} SET x = 1')",
    ],
)
def test_a_planted_write_is_found(line):
    assert written(module_of(line))


@pytest.mark.parametrize(
    "line",
    [
        "digest.update(chunk)",
        "names.update({'a': 1})",
        "image.save(buffer, 'PNG')",
        "default_storage.delete(name)",
        "client.v1.refunds.create(params={})",
        "router.delete('/permits')",
        "cursor.execute('SELECT 1')",
        "operations.save_draft(1)",
    ],
)
def test_what_writes_no_model_is_left_alone(line):
    assert not written(module_of(line))
