"""Whoever writes what the kept figures count lets them follow."""

import ast

from tests.architecture.code import Module, module_of, modules, name_of, nodes

# By app: the names that a row goes by there, and the columns on which what it counts for rests.
WATCHED = {
    "enforcement": {
        "citation": {
            "settled_at",
            "dismissed_at",
            "voided_at",
            "written_off_at",
            "fine_minor",
            "issued_at",
        },
        "appeal": {"decided_at", "reviewer_ref", "is_heard", "decide_on"},
        "call": {"state", "done_at", "answer_by"},
        "proof": {"decided_at"},
        "request": {"decided_at"},
        "hearing": {"released_at"},
        "shift": {"ended_at"},
    },
    "permits": {
        name: {
            "starts_at",
            "ends_at",
            "hold_expires_at",
            "paid_at",
            "needs_approval",
            "approved_at",
            "cancelled_at",
            "revoked_at",
            "suspensions",
        }
        for name in ("permit", "fresh", "old")
    },
    "payments": {
        "payment": {"state", "succeeded_at"},
        "refund": {"state"},
        "dispute": {"status"},
        "row": {"answered_at"},
        "plan": {"state"},
        "line": {"state"},
        "one": {"state"},
        "drawer": {"closed_at", "signed_at", "recount_asked_at"},
        "invoice": {"voided_at"},
    },
}


ENFORCED = {
    "Citation",
    "Call.objects.create",
    "CureProof.objects.create",
    "Hearing.objects.create",
    "Shift.objects.get_or_create",
    "VoidRequest.objects.create",
}


COUNTS = ("tallying.count", "tallying.tallied_deposit")
PAID = {
    "BankLine.objects.bulk_create",
    "DepositItem.objects.bulk_create",
    "Discrepancy",
    "DrawerMovement.objects.create",
    "InvoiceLine.objects.bulk_create",
    "PaymentPlan.objects.create",
    "Refund.objects.create",
}


def silent(module: Module) -> list[str]:
    """Return the watched assignments that stand in no `with tallied(...)`."""
    watched = WATCHED.get(module.parts[0], {})
    found: list[str] = []

    def look(node: ast.AST, followed: bool) -> None:
        if isinstance(node, ast.With):
            followed = followed or any(
                isinstance(item.context_expr, ast.Call)
                and name_of(item.context_expr.func).rpartition(".")[2].startswith("tallied")
                for item in node.items
            )
        if isinstance(node, ast.Assign) and not followed:
            for target in node.targets:
                for one in target.elts if isinstance(target, ast.Tuple) else [target]:
                    if (
                        isinstance(one, ast.Attribute)
                        and isinstance(one.value, ast.Name)
                        and one.attr in watched.get(one.value.id, ())
                    ):
                        found.append(f"{module.path}: {one.value.id}.{one.attr}")
        if isinstance(node, ast.Call) and not followed and changes_what_is_owed(node):
            found.append(f"{module.path}: {name_of(node.func)}")
        for child in ast.iter_child_nodes(node):
            look(child, followed)

    look(module.tree, False)
    return found


def changes_what_is_owed(call: ast.Call) -> bool:
    """Return whether a call saves a charge's amount or what is paid of it: an invoice may ask for it."""
    if name_of(call.func) != "charge.save":
        return False
    said = {one.value for one in ast.walk(call) if isinstance(one, ast.Constant)}
    return not said or bool(said & {"amount_minor", "paid_minor"})


def uncounted(module: Module) -> list[str]:
    """Return the functions that create a counted row and do not count it."""
    models = {"enforcement": ENFORCED, "payments": PAID, "permits": {"Permit.objects.create"}}
    wanted = {*models.get(module.parts[0], ()), "Payment.objects.create"}
    found = []
    for function in nodes(module.tree):
        if isinstance(function, ast.FunctionDef):
            called = {name_of(c.func) for c in ast.walk(function) if isinstance(c, ast.Call)}
            counts = any(name == "count" or name.startswith(COUNTS) for name in called)
            if called & wanted and not counts:
                found.append(f"{module.path}: {function.name}")
    return found


def operations() -> list[Module]:
    return [module for module in modules() if module.is_in("operations")]


def test_the_figures_follow_every_change():
    assert [fault for module in operations() for fault in silent(module)] == []


def test_what_is_created_is_counted():
    # Payments by card are written without money by another way: they count when they succeed.
    assert [fault for module in operations() for fault in uncounted(module)] == []


def test_planted_silences_are_found():
    planted = (
        "def f(citation):\n    citation.settled_at = 1\n    with tallying.tallied(citation):\n"
    )
    planted += "        citation.voided_at, citation.dismissed_at = 1, 2\n"
    module = module_of(planted, "enforcement/operations/x.py")
    assert silent(module) == ["enforcement/operations/x.py: citation.settled_at"]
    planted = "def f(charge):\n    charge.save(update_fields=['text'])\n    charge.save()\n"
    module = module_of(planted, "payments/operations/x.py")
    assert silent(module) == ["payments/operations/x.py: charge.save"]
    creating = module_of("def f():\n    Permit.objects.create()\n", "permits/operations/x.py")
    assert uncounted(creating) == ["permits/operations/x.py: f"]
    other = module_of(
        "def f(rows):\n    Call.objects.create()\n    rows.count()\n", "enforcement/operations/x.py"
    )
    assert uncounted(other) == ["enforcement/operations/x.py: f"]
