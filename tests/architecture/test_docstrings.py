"""What others call is described: modules, models, and the functions of rules, queries and operations."""

import ast

import pytest
from django.apps import apps

from tests.architecture.code import PACKAGES, Module, module_of, modules

DESCRIBED = ("rules", "queries", "operations", "kernel")


def bare(module: Module) -> list[str]:
    """Return the public functions, classes and methods of `module` that say nothing."""
    found = []
    for node in module.tree.body:
        found += _bare(node, module, "")
        if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
            for inner in node.body:
                found += _bare(inner, module, f"{node.name}.")
    return found


def _bare(node: ast.stmt, module: Module, within: str) -> list[str]:
    if not isinstance(node, ast.FunctionDef | ast.ClassDef) or node.name.startswith("_"):
        return []
    if ast.get_docstring(node) or _is_overload(node):
        return []
    return [f"{module.path}:{node.lineno}: {within}{node.name}"]


def _is_overload(node: ast.stmt) -> bool:
    return any(ast.unparse(found).endswith("overload") for found in node.decorator_list)


def test_public_functions_of_the_four_kinds_say_what_they_do():
    assert [fault for m in modules() if m.is_in(*DESCRIBED) for fault in bare(m)] == []


def test_every_module_says_which_question_it_answers():
    silent = [m.path for m in modules() if m.tree.body and not ast.get_docstring(m.tree)]
    assert silent == []


def test_every_model_says_what_a_row_is():
    ours = [m for m in apps.get_models() if m.__module__.startswith(PACKAGES)]
    assert ours
    assert [m.__name__ for m in ours if (m.__doc__ or "").startswith(f"{m.__name__}(")] == []


@pytest.mark.parametrize(
    "text",
    ["def may_renew():\n    return 1", "class Quote:\n    x = 1", "class _A: ...\ndef b(): ..."],
)
def test_planted_silence_is_found(text):
    assert bare(module_of(text, "permits/rules.py"))
