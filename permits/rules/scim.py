"""What a SCIM 2.0 client says about a person: read, filtered and patched. Pure."""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from parkops.kernel.codes import code_key
from parkops.kernel.decisions import Refused

FILTERABLE = {"username": "email", "emails.value": "email", "externalid": "external_id", "id": "id"}
_FILTER = re.compile(r'\s*([\w.:]+)\s+eq\s+"((?:[^"\\]|\\.)*)"\s*', re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Person:
    """A person as SCIM knows them; who is not active has no audience."""

    email: str = ""
    name: str = ""
    external_id: str = ""
    audiences: tuple[str, ...] = ()
    is_active: bool = True


def read_filter(text: str) -> tuple[str, str] | None:
    """Return (our name of the attribute, value) of a filter such as `userName eq "a@x.org"`.

    :raises Refused: "invalidFilter" for any other.
    """
    if not text.strip():
        return None
    match = _FILTER.fullmatch(text)
    if match is None or match[1].lower() not in FILTERABLE:
        raise Refused("invalidFilter", 'Write userName, externalId or id, then eq "value".')
    return FILTERABLE[match[1].lower()], re.sub(r"\\(.)", r"\1", match[2])


def read_person(body: Mapping[str, Any], before: Person, *, known: Collection[str]) -> Person:
    """Return the person with what `body` says; what it leaves out stays as `before`.

    Audiences come from `roles` or `userType`, by the codes of the program; others are passed over.

    :raises Refused: "invalidValue" for a value of another kind.
    """
    told = {str(name).lower(): value for name, value in body.items()}
    person = before
    if "username" in told or told.get("emails"):
        email = told.get("username") or _first(told["emails"])
        if "@" not in str(email):
            email = _first(told.get("emails", ()))
        person = replace(person, email=_text(email, "userName"))
    if "externalid" in told:
        person = replace(person, external_id=_text(told["externalid"], "externalId")[:100])
    name = told.get("displayname") or _whole_name(told.get("name"))
    if name:
        person = replace(person, name=_text(name, "displayName")[:200])
    for attribute in ("roles", "usertype"):
        if attribute in told:
            person = replace(person, audiences=_audiences(told[attribute], known))
    if "active" in told:
        person = replace(person, is_active=_flag(told["active"]))
    return person


def patch_person(operations: Sequence[Any], before: Person, *, known: Collection[str]) -> Person:
    """Return the person after the operations of a PATCH, in their order.

    :raises Refused: "invalidSyntax", "invalidPath" or "invalidValue".
    """
    person = before
    for operation in operations:
        act, path, value = read_operation(operation)
        name = re.sub(r"^urn:[\w:.]*:User:", "", path, flags=re.IGNORECASE)
        plain = re.split(r"[.\[]", name)[0].lower()
        if not plain and isinstance(value, Mapping) and act != "remove":
            person = read_person(value, person, known=known)
        elif plain in ("roles", "usertype"):
            asked = set() if value is None else set(_audiences(value, known))
            asked |= set(_audiences(re.findall(r'"([^"]*)"', name), known))
            now = set(person.audiences)
            result = {"add": now | asked, "replace": asked, "remove": now - asked}[act]
            if act == "remove" and not asked:
                result = set()
            person = replace(person, audiences=tuple(c for c in known if c in result))
        elif plain == "name" and act != "remove":
            whole = {"displayName": value if name.lower() == "name.formatted" else None}
            if isinstance(value, Mapping):
                whole = {"name": value}
            person = read_person({k: v for k, v in whole.items() if v}, person, known=known)
        elif plain == "emails" and act != "remove":
            email = value if isinstance(value, str) else _first(value)
            person = replace(person, email=_text(email, "emails"))
        elif plain in ("active", "username", "displayname", "externalid") and act != "remove":
            person = read_person({plain: value}, person, known=known)
        elif not plain:
            raise Refused("invalidPath", "Say which attribute, or give them as an object.")
    return person


def read_operation(operation: Any) -> tuple[str, str, Any]:
    """Return (add, replace or remove; path; value) of one operation of a PATCH.

    :raises Refused: "invalidSyntax" if it is none.
    """
    if not isinstance(operation, Mapping):
        raise Refused("invalidSyntax", "Each of Operations is an object.")
    act = str(operation.get("op", "")).lower()
    if act not in ("add", "replace", "remove"):
        raise Refused("invalidSyntax", "op is add, replace or remove.")
    return act, str(operation.get("path") or ""), operation.get("value")


def _audiences(value: Any, known: Collection[str]) -> tuple[str, ...]:
    values = value if isinstance(value, list) else [value]
    words = {
        code_key(str(one.get("value", "") if isinstance(one, Mapping) else one)) for one in values
    }
    return tuple(code for code in known if code_key(code) in words)


def _first(value: Any) -> str:
    """Return the primary address of a list, else its first; "" where there is none."""
    rows = [row for row in value if isinstance(row, Mapping)] if isinstance(value, list) else []
    chosen = next((row for row in rows if row.get("primary") is True), rows[0] if rows else {})
    return str(chosen.get("value", ""))


def _whole_name(value: Any) -> str:
    if not isinstance(value, Mapping):
        return ""
    parts = (str(value.get(part) or "") for part in ("givenName", "familyName"))
    return str(value.get("formatted") or " ".join(part for part in parts if part))


def _text(value: Any, name: str) -> str:
    if not isinstance(value, str) or "\x00" in value:
        raise Refused("invalidValue", f"{name} is a text.")
    return " ".join(value.split())


def _flag(value: Any) -> bool:
    if isinstance(value, str) and value.lower() in ("true", "false"):
        return value.lower() == "true"
    if not isinstance(value, bool):
        raise Refused("invalidValue", "active is true or false.")
    return value
