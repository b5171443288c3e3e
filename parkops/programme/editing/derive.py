"""What an editor asks of keys that its own shape does not name: plain fields, by the schema.

So a key that the programme learns can be edited from the day it is read.
"""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any, Literal, get_args, get_origin

from pydantic.fields import FieldInfo

from parkops.kernel.dates import Duration, Moment
from parkops.kernel.money import Money
from parkops.programme.editing.shape import Group, Leaf, Node, Rows
from parkops.programme.fields import Factor, Part
from parkops.programme.outline import bare, inside, parts_of

KINDS: dict[Any, str] = {
    Money: "money",
    Duration: "duration",
    bool: "flag",
    int: "whole",
    Decimal: "percent",
    date: "date",
    Moment: "moment",
}
_FACTOR = get_args(Factor)[1]


def completed(node: Group, part: type[Part]) -> Group:
    """Return the group with a field for every key of `part` that none of its fields is for.

    What is drawn, the geometry of a zone, has no field.
    """
    fields = tuple(_completed(child, part) for child in node.fields)
    told = _keys(fields)
    missing = [
        derived(key, field)
        for key, field in ((f.alias or n, f) for n, f in part.model_fields.items())
        if key not in told and get_origin(bare(field.annotation)) is not dict
    ]
    return replace(node, fields=(*fields, *missing))


def derived(key: str, field: FieldInfo) -> Node:
    """Return plain fields for a key, by what the schema says of it."""
    label, kind = _words(key), bare(field.annotation)
    needed = field.is_required()
    parts = parts_of(field.annotation)
    if len(parts) == 1:
        group = completed(Group(key, (), label=label, needed=needed), parts[0])
        is_optional = not needed and field.default is None
        return replace(group, switch=label if is_optional else "")
    if get_origin(kind) is tuple:
        inner = parts_of(get_args(kind)[0])
        if len(inner) == 1:
            row = completed(Group("", ()), inner[0])
            return Rows(key, row.fields, label=label, one=label.lower())
        if Ellipsis in get_args(kind):
            return Leaf(key, label, "One on each line.", kind="texts", needed=needed)
        return Leaf(key, label, needed=needed)
    if get_origin(kind) is Literal:
        options = tuple((str(value), _words(str(value))) for value in get_args(kind))
        default = "" if needed or field.default is None else str(field.default)
        return Leaf(key, label, kind="choice", options=options, default=default, needed=needed)
    if kind is Decimal and _FACTOR in field.metadata:
        return Leaf(key, label, kind="factor", needed=needed)
    default = "on" if kind is bool and field.default is True else ""
    return Leaf(key, label, kind=KINDS.get(kind, "text"), default=default, needed=needed)


def _completed(child: Node, part: type[Part]) -> Node:
    if isinstance(child, Leaf) or child.fold:
        return child
    if not child.key:
        fields = tuple(_completed(inner, part) for inner in child.fields)
        return replace(child, fields=fields)
    kind = next((f for n, f in part.model_fields.items() if (f.alias or n) == child.key), None)
    annotation = None if kind is None else kind.annotation
    if isinstance(child, Rows):
        annotation = inside(annotation, 0)
    parts = parts_of(annotation)
    if len(parts) != 1:
        return child
    whole = completed(Group("", child.fields), parts[0])
    return replace(child, fields=whole.fields)


def _keys(fields: tuple[Node, ...]) -> set[str]:
    keys = {child.key for child in fields if child.key}
    for child in fields:
        if isinstance(child, Group) and not child.key:
            keys |= _keys(child.fields)
    return keys


def _words(key: str) -> str:
    text = key.replace("_", " ").replace("-", " ")
    return text[:1].upper() + text[1:]
