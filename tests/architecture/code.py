"""The source as syntax trees, for the tests that look at how it is written."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("parkops", "permits", "enforcement", "payments", "reporting")


@dataclass(frozen=True)
class Module:
    """One source file: its path from the root, and its tree."""

    path: str
    tree: ast.Module

    @property
    def parts(self) -> tuple[str, ...]:
        """The dotted name in its parts; a package goes by its own name."""
        parts = Path(self.path).with_suffix("").parts
        return parts[:-1] if parts[-1] == "__init__" else parts

    def is_in(self, *names: str) -> bool:
        """Whether the file, or a folder that it lies in, has one of these names."""
        return any(name in self.parts for name in names)


def module_of(text: str, path: str = "permits/views.py") -> Module:
    """Return the module that `text` would be at `path`: a planted fault."""
    return Module(path, ast.parse(text))


@cache
def modules() -> tuple[Module, ...]:
    """Return every module of ours, without migrations."""
    return tuple(
        Module(str(path.relative_to(ROOT)), ast.parse(path.read_text(), str(path)))
        for package in PACKAGES
        for path in sorted((ROOT / package).rglob("*.py"))
        if "migrations" not in path.parts
    )


@cache
def nodes(tree: ast.AST) -> tuple[ast.AST, ...]:
    """Return every node of the tree, which is walked once: it is what these tests spend their time on."""
    return tuple(ast.walk(tree))


def calls(tree: ast.AST) -> Iterator[ast.Call]:
    """Yield every call in the tree."""
    return (node for node in nodes(tree) if isinstance(node, ast.Call))


def name_of(node: ast.AST) -> str:
    """Return the dotted name of an expression such as `timezone.now`; calls on the way are left out."""
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute):
        return f"{name_of(node.value)}.{node.attr}".lstrip(".")
    if isinstance(node, ast.Call):
        return name_of(node.func)
    return ""


def imported(tree: ast.AST) -> Iterator[tuple[str, int]]:
    """Yield every name that is imported, dotted in full, with its line."""
    for node in nodes(tree):
        if isinstance(node, ast.Import):
            yield from ((alias.name, node.lineno) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from ((f"{node.module}.{alias.name}", node.lineno) for alias in node.names)
