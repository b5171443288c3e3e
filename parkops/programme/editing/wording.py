"""What a change is called on screen: the words that its editor has for the field."""

import re
from collections.abc import Iterator
from functools import cache

from parkops.programme.diff import Difference
from parkops.programme.editing.editors import EDITORS
from parkops.programme.editing.shape import Group, Leaf, Node, Rows
from parkops.programme.outline import Path

HEADS = {"programme": "programme", "sessions": "sessions", "tax": "tax", "fees": "fees"}
HEADS |= {
    "scofflaw": "scofflaw",
    "eligibility": "eligibility",
    "plate_reads": "plate reads",
    "plate_checks": "plate checks",
    "refunds": "refunds",
    "counter": "counter",
    "invoices": "invoices",
    "retention": "retention",
    "appeals": "appeals",
    "shared": "shared",
}


def fact_of(change: Difference) -> str:
    """Return what of a thing changes, as its editor says it: "Price" for "price base"."""
    fact = change.fact.removeprefix(f"{HEADS.get(change.part, '')} ")
    number = re.search(r" ([0-9]+)( |$)", fact)
    plain = re.sub(r" [0-9]+(?= |$)", "", fact)
    words = _words(change.part).get(plain)
    if words is None:
        return fact[:1].upper() + fact[1:]
    return f"{words}, {number[1]}" if number else words


def field_of(part: str, path: Path) -> str:
    """Return what the editor calls the field at a path inside a part: "Rights: zones, 1"."""
    keys = [step for step in path if isinstance(step, str)]
    number = next((step + 1 for step in path if isinstance(step, int)), None)
    while keys:
        words = _words(part).get(" ".join(keys).replace("_", " "))
        if words is not None:
            return f"{words}, {number}" if number else words
        keys.pop()
    return ""


@cache
def _words(part: str) -> dict[str, str]:
    """The words for every fact of a part, by the keys that lead to it, without numbers."""
    found: dict[str, str] = {}
    for keys, labels in _leaves(EDITORS[part], (), ()):
        found.setdefault(" ".join(keys).replace("_", " "), _joined(labels))
    return found


def _leaves(
    node: Node, keys: tuple[str, ...], labels: tuple[str, ...]
) -> Iterator[tuple[tuple[str, ...], tuple[str, ...]]]:
    own = (*keys, node.key) if node.key else keys
    if isinstance(node, Leaf):
        yield own, (*labels, node.label)
        return
    told = (*labels, node.label) if node.label and node.key else labels
    if isinstance(node, Group) and node.fold:
        yield own, told if node.label else (*labels, _first_label(node))
    if isinstance(node, Group) and node.key == "if":
        yield own, (*labels, "conditions")
    for alias, key in (getattr(node, "aliases", None) or {}).items():
        field = next((f for f in node.fields if f.key == key), None)
        if isinstance(field, Leaf | Rows):
            yield (*own, alias), (*told, field.label)
    for child in node.fields:
        yield from _leaves(child, own, told)


def _first_label(node: Group) -> str:
    return next((child.label for child in node.fields if child.label), "")


def _joined(labels: tuple[str, ...]) -> str:
    unique = list(dict.fromkeys(labels))
    first, *rest = unique or [""]
    return ": ".join([first, *(_lowered(label) for label in rest)])


def _lowered(label: str) -> str:
    return label if label[1:2].isupper() else label[:1].lower() + label[1:]
