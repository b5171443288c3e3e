"""How Stripe writes nested parameters in a form, and how single values are read from one."""

from collections.abc import Collection, Mapping
from typing import Any
from urllib.parse import parse_qsl

from payments.standin.errors import bad, required


def decode(text: str) -> dict[str, Any]:
    """Read `a[b][0][c]=1` into nested dictionaries and lists; every leaf is a string.

    A part that is a number or empty names a place in a list: `expand[]`, `line_items[0]`.
    """
    root: dict[str, Any] = {}
    for name, value in parse_qsl(text, keep_blank_values=True):
        parts = name.replace("]", "").split("[")
        here = root
        for part in parts[:-1]:
            here = here.setdefault(_place(here, part), {})
            if not isinstance(here, dict):
                raise bad(f"Received conflicting values for {name}.", name)
        here[_place(here, parts[-1])] = value
    return {name: _settle(value) for name, value in root.items()}


def _place(here: dict[str, Any], part: str) -> str:
    return part or str(len(here))


def _settle(value: Any) -> Any:
    """Turn a dictionary whose every key is a number into a list in that order."""
    if not isinstance(value, dict):
        return value
    if value and all(key.isdigit() for key in value):
        return [_settle(value[key]) for key in sorted(value, key=int)]
    return {key: _settle(inner) for key, inner in value.items()}


def only(params: Mapping[str, Any], known: Collection[str]) -> None:
    """Refuse a parameter that this call does not have, as Stripe does."""
    for name in params:
        if name not in known and name != "expand":
            raise bad(f"Received unknown parameter: {name}", name, code="parameter_unknown")


def text(params: Mapping[str, Any], name: str, *, default: str | None = None) -> str:
    """Read a string; without a default it must be there."""
    value = params.get(name, default)
    if value is None or value == "":
        if default is None:
            raise required(name)
        return default
    if not isinstance(value, str):
        raise bad("Invalid string", name)
    return value


def whole(params: Mapping[str, Any], name: str, *, default: int | None = None) -> int:
    """Read a whole number; without a default it must be there."""
    value = params.get(name)
    if value is None or value == "":
        if default is None:
            raise required(name)
        return default
    try:
        return int(value)
    except (TypeError, ValueError):
        raise bad(f"Invalid integer: {value}", name, code="parameter_invalid_integer") from None


def flag(params: Mapping[str, Any], name: str) -> bool:
    """Read a yes or no; no if it is left out."""
    return str(params.get(name, "false")).lower() == "true"


def strings(params: Mapping[str, Any], name: str) -> dict[str, str]:
    """Read a flat mapping such as `metadata`, whose values are strings."""
    value = params.get(name) or {}
    if not isinstance(value, dict) or not all(isinstance(v, str) for v in value.values()):
        raise bad("Invalid object", name, code="parameter_invalid_object")
    return value
