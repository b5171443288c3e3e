"""Where a key of the programme file belongs: the outline of the schema, walked by path."""

from types import UnionType
from typing import Annotated, Any, Union, get_args, get_origin

from pydantic.fields import FieldInfo

from parkops.kernel.window_forms import KEYS
from parkops.programme.fields import Part
from parkops.programme.schema import Programme

Path = tuple[str | int, ...]


def keys_of(part: type[Part]) -> list[str]:
    """Return the keys that a mapping of this part may have, as the file writes them."""
    return [field.alias or name for name, field in part.model_fields.items()]


def field_of(part: type[Part], key: object) -> FieldInfo | None:
    """Return the field behind a key, or None."""
    fields = part.model_fields.items()
    return next((field for name, field in fields if (field.alias or name) == key), None)


def locate(loc: tuple[str | int, ...], document: Any) -> tuple[Path, type[Part]]:
    """Return where in `document` pydantic's `loc` is, and the innermost part around it."""
    kind: Any = Programme
    inner: type[Part] = Programme
    node, path = document, []
    for step in loc:
        options = parts_of(kind)
        if len(options) > 1 and step in {tag_of(option) for option in options}:
            kind = inner = next(option for option in options if tag_of(option) == step)
            continue
        if step == "[key]" or not isinstance(node, dict | list):
            continue
        path.append(step)
        node = _item(node, step)
        kind = inside(kind, step)
        if parts_of(kind)[:1]:
            inner = parts_of(kind)[0] if len(parts_of(kind)) == 1 else inner
    return tuple(path), inner


def _item(node: dict[str, Any] | list[Any], step: str | int) -> Any:
    if isinstance(node, dict):
        return node.get(str(step))
    return node[step] if isinstance(step, int) and step < len(node) else None


def inside(kind: Any, step: str | int) -> Any:
    """Return the type of what is at `step` inside a value of type `kind`; None if unknown."""
    options = parts_of(kind)
    if len(options) == 1:
        field = field_of(options[0], step)
        return field.annotation if field else None
    kind = bare(kind)
    if get_origin(kind) is tuple:
        return get_args(kind)[0]
    if get_origin(kind) is dict:
        return get_args(kind)[1]
    return None


def parts_of(kind: Any) -> list[type[Part]]:
    """Return the parts that a type may be: one, several for a choice by `kind`, or none."""
    kind = bare(kind)
    options = get_args(kind) if get_origin(kind) in (Union, UnionType) else (kind,)
    return [o for o in map(bare, options) if isinstance(o, type) and issubclass(o, Part)]


def tag_of(part: type[Part]) -> str | None:
    """Return the `kind` that chooses a part, or None."""
    field = part.model_fields.get("kind")
    return get_args(field.annotation)[0] if field else None


def bare(kind: Any) -> Any:
    """Return a type without its notes, and without its None."""
    while get_origin(kind) is Annotated:
        kind = get_args(kind)[0]
    if get_origin(kind) in (Union, UnionType):
        options = [option for option in get_args(kind) if option is not type(None)]
        if len(options) == 1:
            return bare(options[0])
    return kind


def ordered(value: Any, kind: Any = Programme) -> Any:
    """Return a document with its keys in the order of the schema, whatever store it came from."""
    if isinstance(value, list):
        return [ordered(part, inside(kind, n)) for n, part in enumerate(value)]
    if not isinstance(value, dict):
        return value
    options = parts_of(kind)
    part = next((o for o in options if len(options) == 1 or tag_of(o) == value.get("kind")), None)
    order = keys_of(part) if part else OTHER_KEYS
    keys = sorted(value, key=lambda key: order.index(key) if key in order else len(order))
    return {key: ordered(value[key], inside(part or kind, key)) for key in keys}


OTHER_KEYS = [*KEYS, "type", "coordinates"]
"""The order of keys in what is not a part: windows and geometries."""
