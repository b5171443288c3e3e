"""What the schema finds wrong, in words that say what would be right."""

import re
from difflib import get_close_matches
from typing import Any

from pydantic import ValidationError

from parkops.programme.fields import FAULTS, Part, shown
from parkops.programme.outline import Path, keys_of, locate

EXAMPLES = {
    "schema": "schema: 1",
    "programme": "programme: {name: Town, timezone: America/Toronto, currency: CAD}",
    "timezone": "timezone: America/Toronto",
    "currency": "currency: CAD",
    "code": "code: LOT-A",
    "name": "name: Lakeshore",
    "zones name": "name: North lot",
    "permit_types name": "name: Staff annual",
    "violations name": "name: No valid permit",
    "kind": "kind: lot",
    "zones": "zones: [LOT-A]",
    "zones zones": "zones: [{code: LOT-A, name: North lot, kind: lot}]",
    "grants": "grants: [{zones: [LOT-A], when: always}]",
    "term": "term: {kind: days, days: 1}",
    "price": 'price: {base: "45.00"}',
    "base": 'base: "45.00"',
    "vehicles": "vehicles: {max: 1}",
    "max": "max: 1",
    "fine": 'fine: "45.00"',
    "steps": 'steps: [{n: 2, fine: "50.00"}]',
    "n": "n: 2",
    "rate": 'rate: "13%"',
    "per_hour": 'per_hour: "2.50"',
    "after": "after: 2h",
    "amount": 'amount: "18.00"',
    "factor": 'factor: "0.50"',
    "total": "total: 110",
    "within": "within: 14d",
    "refund": 'refund: "50%"',
    "uses": "uses: 5",
    "proof": "proof: Accessible placard",
    "boot_when": "boot_when: [{unpaid: 3}]",
    "audience": "audience: [STUDENT]",
    "from": "from: 2026-09-01",
    "to": "to: 2027-09-01",
}


def translate(error: ValidationError, document: Any) -> list[tuple[Path, str]]:
    """Return (path in the document, what is wrong and what would be right) of every fault."""
    found: list[tuple[Path, str]] = []
    for detail in error.errors(include_url=False):
        path, part = locate(detail["loc"], document)
        context = detail.get("ctx") or {}
        if detail["type"] == FAULTS:
            found += [((*path, *inner), message) for inner, message in context["faults"]]
        elif detail["type"] in ("union_tag_invalid", "union_tag_not_found"):
            found.append(((*path, "kind"), _choice(context, detail["input"])))
        elif detail["type"] == "missing":
            found.append((path, _missing(path, part)))
        elif detail["type"] == "extra_forbidden":
            found.append((path, unknown_key(str(path[-1]), keys_of(part))))
        elif detail["type"] == "too_short" and detail["input"]:
            continue  # the list is only short of what is wrong inside it
        elif detail["type"] == "literal_error":
            found.append((path, not_one_of(detail["input"], _quoted(context["expected"]))))
        else:
            found.append((path, _plainly(detail)))
    return list(dict.fromkeys(found))


def unknown_key(key: str, known: list[str]) -> str:
    """Return the fault of a key that does not exist, with the nearest that does."""
    near = nearest(key, known, 0.55)
    hint = f"did you mean {near}?" if near else f"known here: {', '.join(known)}"
    return f"unknown key {key[:60]}; {hint}"


def not_one_of(value: object, options: list[str]) -> str:
    """Return the fault of a word outside a short list, with the nearest inside."""
    near = nearest(value, options)
    hint = f"did you mean {near}?" if near else f"write {_either(options)}"
    others = f" ({', '.join(options)})" if near and len(options) > 1 else ""
    return f"{shown(value)} is not known here; {hint}{others}"


def nearest(word: object, options: list[str], likeness: float = 0.6) -> str | None:
    """Return the one of `options` that `word` most likely means, or None if none is so alike."""
    if not isinstance(word, str):
        return None
    by_key = {option.casefold().replace("-", "_"): option for option in options}
    near = get_close_matches(word.casefold().replace("-", "_"), by_key, 1, likeness)
    return by_key[near[0]] if near else None


def _missing(path: Path, part: type[Part]) -> str:
    key = str(path[-1])
    example = EXAMPLES.get(f"{path[0]} {key}", EXAMPLES.get(key))
    return f"{key} is missing; write {'it' if example is None else example}"


def _choice(context: dict[str, Any], value: Any) -> str:
    options = _quoted(context.get("expected_tags", "'fixed', 'rolling', 'days', 'hours'"))
    if not isinstance(value, dict) or "kind" not in value:
        return f"kind is missing; write kind: {_either(options)}"
    return not_one_of(value["kind"], options)


def _either(options: list[str]) -> str:
    return " or ".join([", ".join(options[:-1]), options[-1]] if options[1:] else options)


def _quoted(text: str) -> list[str]:
    return re.findall(r"'([^']*)'", text)


def _plainly(detail: Any) -> str:
    value = shown(detail["input"])
    kind = detail["type"]
    if kind in ("model_type", "model_attributes_type", "dict_type"):
        return f"{value} is not a mapping; write key: value"
    if kind == "tuple_type":
        return f"{value} is not a list; write it in brackets, such as [A, B]"
    if kind == "too_short":
        return "the list is empty; write at least one"
    return f"{value} does not fit: {detail['msg']}"
