"""Whoever writes what a plate's right rests on says so to those who keep a copy of the rights."""

import ast

from permits.queries.right_rows import OF_PERMIT
from tests.architecture.code import calls, modules, name_of, nodes

# A permit's hold matters to no right, and until it is paid none rests on it.
UNPAID = {"id", "number", "hold_expires_at"}
WATCHED = OF_PERMIT - UNPAID


def untold(tree: ast.Module) -> list[str]:
    """Return the functions that save a permit's columns which rights rest on, or a right, without
    telling of it."""
    found = []
    for function in nodes(tree):
        if not isinstance(function, ast.FunctionDef):
            continue
        told = any(
            name_of(c.func).endswith(("permits_changed", "plates_changed")) for c in calls(function)
        )
        if not told and any(_writes_a_right(call) for call in calls(function)):
            found.append(function.name)
    return found


def _writes_a_right(call: ast.Call) -> bool:
    name = name_of(call.func)
    if name.startswith("PlateRight.objects") and name.rpartition(".")[2] in {
        "bulk_create",
        "bulk_update",
        "create",
        "update_or_create",
        "update",
        "delete",
    }:
        return True
    if not name.endswith(".save"):
        return False
    for keyword in call.keywords:
        if keyword.arg == "update_fields" and isinstance(keyword.value, ast.List):
            names = {e.value for e in keyword.value.elts if isinstance(e, ast.Constant)}
            return name == "permit.save" and bool(names & WATCHED)
    return False


def test_every_operation_tells_of_the_rights_it_writes():
    faults = [
        f"{module.path}: {name}"
        for module in modules()
        if module.is_in("operations") and module.path.startswith("permits/")
        for name in untold(module.tree)
    ]
    # They are part of one act, which tells of all it wrote: `temporary._lay_out`.
    assert set(faults) == {
        "permits/operations/temporary.py: _write",
        "permits/operations/temporary.py: _write_own",
    }


def test_a_planted_silence_is_found():
    tree = ast.parse("def f():\n    permit.save(update_fields=['revoked_at'])\n")
    assert untold(tree) == ["f"]
