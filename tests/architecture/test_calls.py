"""Things that are used in one place, or never."""

import ast
import re

import pytest

from tests.architecture.code import Module, calls, imported, module_of, modules, name_of, nodes

# What is imported -> the only files (or folders) that may, and why.
KEPT_TO = {
    "django.core.signing": {"parkops/tenancy/signing.py": "it puts the tenant into the salt"},
    "django.utils.safestring": {
        "parkops/ui/": "components escape what they are given",
        "parkops/messaging/operations.py": "",
    },
    "django.views.decorators.cache.cache_page": {},
    "django.middleware.cache": {},
    "django.db.models.signals": {},
    "django.dispatch": {},
    "django.views.decorators.csrf.csrf_exempt": {
        "parkops/api/": "no cookie is looked at there",
        "permits/views/scim.py": "a bearer token is asked for, no cookie is looked at",
        "parkops/messaging/texts/views.py": "the provider's signature is asked for, no cookie",
    },
    "functools.lru_cache": {
        "parkops/kernel/windows.py": "the text of a window is the key; no tenant is in it",
        "permits/rules/oversell.py": "sums of logarithms of whole numbers, nobody's",
    },
    "functools.cache": {
        "parkops/ui/icons.py": "drawings from the wheel",
        "parkops/programme/editing/wording.py": "the editors' own words, the same for every tenant",
        "parkops/ui/words.py": "names of the world's currencies and days",
        "payments/gateways/stripe.py": "one client for each key",
        "enforcement/cameras/local_reader.py": "the models of the machine, nobody's",
        "parkops/local/": "the machine, not a tenant",
        "parkops/tenancy/postgresql/prepared.py": "texts of statements, the same for every tenant",
    },
    "pickle": {},
    "asgiref.sync": {},
}


def misplaced(module: Module) -> list[str]:
    """Return the imports in `module` of what is kept to other files."""
    found = []
    for name, line in imported(module.tree):
        for kept, places in KEPT_TO.items():
            here = module.path.startswith(tuple(places)) if places else False
            if re.match(rf"{re.escape(kept)}(\.|$)", name) and not here:
                found.append(f"{module.path}:{line}: {name}")
    return found


def private_caches(module: Module) -> list[str]:
    """Return the uses of `lru_cache` and `cache` by their full name, which `misplaced` does not see."""
    full = {"functools.lru_cache", "functools.cache", "signing.dumps", "signing.loads"}
    return [
        f"{module.path}:{node.lineno}: {name_of(node)}"
        for node in nodes(module.tree)
        if isinstance(node, ast.Attribute) and name_of(node) in full
    ]


def test_what_is_kept_to_one_place_is_used_there_only():
    assert [fault for module in modules() for fault in misplaced(module)] == []


def test_nothing_is_reached_by_another_name():
    ours = (m for m in modules() if m.path != "parkops/tenancy/signing.py")
    assert [fault for module in ours for fault in private_caches(module)] == []


def test_no_view_swallows_every_error():
    swallowing = [
        f"{module.path}:{node.lineno}"
        for module in modules()
        for node in nodes(module.tree)
        if isinstance(node, ast.ExceptHandler)
        and (node.type is None or name_of(node.type) in {"Exception", "BaseException"})
        and all(isinstance(line, ast.Pass | ast.Continue) for line in node.body)
    ]
    assert swallowing == []


def test_every_name_of_a_salt_is_given():
    bare = [
        f"{module.path}:{call.lineno}"
        for module in modules()
        for call in calls(module.tree)
        if name_of(call.func) in {"signing.sign", "signing.unsign"}
        and "purpose" not in {keyword.arg for keyword in call.keywords}
    ]
    assert bare == []


@pytest.mark.parametrize(
    "line",
    [
        "from django.core import signing",
        "from django.core.signing import dumps",
        "from django.views.decorators.cache import cache_page",
        "from django.utils.safestring import mark_safe",
        "from functools import lru_cache",
        "from django.db.models.signals import post_save",
    ],
)
def test_planted_imports_are_found(line):
    assert misplaced(module_of(line))


def test_a_planted_cache_is_found():
    assert private_caches(module_of("@functools.lru_cache\ndef f(): ..."))
