"""The shape of an editor: which fields a part of the document has on screen, and the way back.

`show` turns a value of the document into what stands in the fields, `read` turns that into a value
again. Both are flat: a name such as `v-price-add-0-amount`, and its texts. What nobody touched is
given back as it was, in its own notation, so that opening and saving changes nothing.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from parkops.kernel.numbers import whole

Flat = dict[str, list[str]]
Path = tuple[str | int, ...]
ROOT = "v"


class _Absent:
    def __repr__(self) -> str:
        return "ABSENT"


ABSENT: Final = _Absent()
"""A key that the document does not have."""

LISTS = ("codes", "texts")
"""Kinds of fields whose value is a list."""


@dataclass(frozen=True, slots=True)
class Leaf:
    """A field: `kind` says how it is typed and written, `when` for which choices it shows.

    `options` are (value, words), or the name of what the programme has: zones, audiences...
    `default` is what holds where the document says nothing.
    """

    key: str
    label: str
    hint: str = ""
    kind: str = "text"
    options: tuple[tuple[str, str], ...] | str = ()
    default: str = ""
    needed: bool = False
    when: str = ""
    fixed: bool = False


@dataclass(frozen=True, slots=True)
class Group:
    """Fields of a mapping; without a key, fields of the mapping around it under a heading.

    With a `switch` the mapping is there when it is on, even if it says nothing more. `unfold` and
    `fold` turn the document's notation into the fields' and back. `aliases` name the field that a
    fault of a key is shown at.
    """

    key: str
    fields: tuple["Node", ...]
    label: str = ""
    hint: str = ""
    switch: str = ""
    needed: bool = False
    when: str = ""
    line: bool = False
    unfold: Callable[[Any], Any] | None = None
    fold: Callable[[Any], Any] | None = None
    aliases: Mapping[str, str] | None = None


@dataclass(frozen=True, slots=True)
class Rows:
    """A list of mappings that is added to and taken from; `none` is said where it is empty."""

    key: str
    fields: tuple["Node", ...]
    label: str
    one: str
    hint: str = ""
    none: str = ""
    when: str = ""
    unfold: Callable[[Any], Any] | None = None
    fold: Callable[[Any], Any] | None = None
    aliases: Mapping[str, str] | None = None

    @property
    def row(self) -> Group:
        """What one of them asks."""
        return Group("", self.fields, needed=True, aliases=self.aliases)


Node = Leaf | Group | Rows


def show(node: Node, value: Any, name: str = ROOT) -> Flat:
    """Return what stands in the fields of a node whose value in the document is `value`."""
    match node:
        case Leaf():
            return {name: _texts(node, value)}
        case Group():
            return _shown_group(node, value, name)
        case Rows():
            items = _items(node, value)
            flat: Flat = {_count(name): [str(len(items))] if items else []}
            for n, item in enumerate(items):
                flat |= {f"{name}-{n}-was": [str(n)]}
                flat |= show(node.row, item, f"{name}-{n}")
            return flat


def read(node: Node, flat: Flat, base: Any = ABSENT, name: str = ROOT) -> Any:
    """Return the value that the fields say; of what is as `base` shows it, `base` itself."""
    if clean(node, flat, name) == {k: v for k, v in show(node, base, name).items() if v}:
        return base
    match node:
        case Leaf():
            return _value(node, _typed(node, flat, name))
        case Group():
            return _read_group(node, flat, base, name)
        case Rows():
            items = _items(node, base)
            rows = []
            for n in range(count(flat, name)):
                was = whole("".join(flat.get(f"{name}-{n}-was", [])))
                before = items[was] if was is not None and was < len(items) else {}
                rows.append(read(node.row, flat, before, f"{name}-{n}"))
            value = node.fold(rows) if node.fold else rows
            return value if value else ABSENT


def clean(node: Node, flat: Flat, name: str = ROOT) -> Flat:
    """Return the fields of a node as they were sent, without those that are empty."""
    match node:
        case Leaf():
            found = {name: _typed(node, flat, name)}
        case Group():
            found = {_switch(name): flat.get(_switch(name), [])} if node.switch else {}
            for child in node.fields:
                found |= clean(child, flat, _inside(name, child))
        case Rows():
            size = count(flat, name)
            found = {_count(name): [str(size)] if size else []}
            for n in range(size):
                found |= {f"{name}-{n}-was": flat.get(f"{name}-{n}-was", [])}
                found |= clean(node.row, flat, f"{name}-{n}")
    return {key: texts for key, texts in found.items() if texts}


def name_of(node: Node, path: Path, flat: Flat, name: str = ROOT) -> str:
    """Return the name of the field at which a fault of this path is shown; "" if none is there."""
    match node:
        case Leaf():
            return name
        case Group():
            found = _name_inside(node, path, flat, name) if path else ""
            if found:
                return found
            is_section = not node.key and not node.needed
            return "" if is_section or name == ROOT else _first(node, name)
        case Rows():
            is_index = bool(path) and isinstance(path[0], int)
            n = int(path[0]) if is_index else 0
            if n >= count(flat, name):
                return ""
            return name_of(node.row, path[1:] if is_index else path, flat, f"{name}-{n}")


def _name_inside(node: Group, path: Path, flat: Flat, name: str) -> str:
    key = path[0]
    other = (node.aliases or {}).get(str(key), "")
    for child in node.fields:
        inside = _inside(name, child)
        if isinstance(key, int) and isinstance(child, Rows):
            return name_of(child, path, flat, inside)
        if child.key == key:
            return name_of(child, path[1:], flat, inside)
        if child.key == other and other:
            return name_of(child, path if isinstance(child, Rows) else path[1:], flat, inside)
        found = "" if child.key else name_of(child, path, flat, name)
        if found:
            return found
    return ""


def count(flat: Flat, name: str) -> int:
    """Return how many rows are under a name; more than a person fills in are none."""
    text = "".join(flat.get(_count(name), []))
    return min(whole(text, digits=5) or 0, 500)


def add_row(flat: Flat, name: str) -> Flat:
    """Return the fields with one more empty row under a name."""
    return {**flat, _count(name): [str(count(flat, name) + 1)]}


def remove_row(flat: Flat, name: str) -> Flat:
    """Return the fields without a row, named as `rows-2`; those after it move up."""
    rows, n = _row(name)
    size = count(flat, rows)
    if not 0 <= n < size:
        return flat
    order = [m for m in range(size) if m != n]
    return {**_reordered(flat, rows, order), _count(rows): [str(size - 1)]}


def lift_row(flat: Flat, name: str) -> Flat:
    """Return the fields with a row, named as `rows-2`, one place further up."""
    rows, n = _row(name)
    size = count(flat, rows)
    if not 0 < n < size:
        return flat
    order = [*range(size)]
    order[n - 1], order[n] = n, n - 1
    return _reordered(flat, rows, order)


def _row(name: str) -> tuple[str, int]:
    rows, _, n = name.rpartition("-")
    number = whole(n)
    return rows, -1 if number is None else number


def _reordered(flat: Flat, rows: str, order: list[int]) -> Flat:
    within = re.compile(rf"{re.escape(rows)}-([0-9]+)-(.*)")
    moved = {old: new for new, old in enumerate(order)}
    result: Flat = {}
    for key, texts in flat.items():
        form = within.fullmatch(key)
        if form is None:
            result[key] = texts
        elif int(form[1]) in moved:
            result[f"{rows}-{moved[int(form[1])]}-{form[2]}"] = texts
    return result


def _shown_group(node: Group, value: Any, name: str) -> Flat:
    flat: Flat = {}
    if node.switch:
        flat[_switch(name)] = ["on"] if value is not ABSENT else []
    inner = node.unfold(value) if node.unfold else value
    held = inner if isinstance(inner, dict) else {}
    for child in node.fields:
        inside = held if not child.key else held.get(child.key, ABSENT)
        flat |= show(child, inside, _inside(name, child))
    return flat


def _read_group(node: Group, flat: Flat, base: Any, name: str) -> Any:
    if node.switch and not flat.get(_switch(name)):
        return ABSENT
    inner = node.unfold(base) if node.unfold else base
    held = dict(inner) if isinstance(inner, dict) else {}
    for child in node.fields:
        inside = held if not child.key else held.get(child.key, ABSENT)
        value = read(child, flat, inside, _inside(name, child))
        if not child.key:
            held = value
        elif value is ABSENT:
            held.pop(child.key, None)
        else:
            held[child.key] = value
    result = node.fold(held) if node.fold else held
    if result == {} and not (node.switch or node.needed or not node.key):
        return ABSENT
    return result


def _items(node: Rows, value: Any) -> list[Any]:
    items = node.unfold(value) if node.unfold else value
    return items if isinstance(items, list) else []


def _texts(leaf: Leaf, value: Any) -> list[str]:
    if value is ABSENT or value is None:
        return [leaf.default] if leaf.default else []
    match leaf.kind:
        case "flag":
            return ["on"] if value is True or str(value).casefold() in ("true", "yes", "on") else []
        case "codes":
            return sorted(str(code) for code in value) if isinstance(value, list) else []
        case "texts":
            lines = [str(line).strip() for line in value] if isinstance(value, list) else []
            return ["\n".join(lines)] if lines else []
        case "days":
            text = str(value).strip()
            return [text[:-1] if re.fullmatch(r"[0-9]+d", text) else text]
        case "percent":
            return [str(value).strip().removesuffix("%").strip()]
        case "moment":
            text = str(value).strip().replace(" ", "T")[:16]
            return [text if "T" in text else f"{text}T00:00"]
        case "date":
            return [str(value).strip()[:10]]
    text = str(value).strip()
    return [text] if text else []


def _typed(leaf: Leaf, flat: Flat, name: str) -> list[str]:
    texts = [text.replace("\r\n", "\n").strip() for text in flat.get(name, [])]
    texts = [text for text in texts if text]
    if leaf.kind == "texts" and texts:
        lines = [line.strip() for line in "\n".join(texts).split("\n")]
        return ["\n".join(line for line in lines if line)]
    return sorted(texts) if leaf.kind == "codes" else texts[:1]


def _value(leaf: Leaf, texts: list[str]) -> Any:
    if leaf.kind == "flag":
        return True if texts else (False if leaf.default else ABSENT)
    if not texts:
        return ABSENT
    text = texts[0]
    match leaf.kind:
        case "codes":
            return texts
        case "texts":
            return text.split("\n")
        case "whole":
            return int(text) if re.fullmatch(r"-?[0-9]{1,12}", text) else text
        case "days":
            return f"{text}d" if text.isdigit() else text
        case "percent":
            return f"{text}%" if re.fullmatch(r"[0-9]+(\.[0-9]+)?", text) else text
        case "moment":
            return text.removesuffix("T00:00").replace("T", " ")
    return text


def _first(node: Group, name: str) -> str:
    for child in node.fields:
        inside = _inside(name, child)
        if isinstance(child, Leaf):
            return inside
        if isinstance(child, Group):
            return _first(child, inside)
    return ""


def _inside(name: str, child: Node) -> str:
    return f"{name}-{child.key}" if child.key else name


def _count(name: str) -> str:
    return f"{name}-rows"


def _switch(name: str) -> str:
    return f"{name}-on"
