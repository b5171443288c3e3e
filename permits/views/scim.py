"""SCIM 2.0: the institution's directory tells who its people are and to which audiences they belong.

A User is a customer with an id of the institution; a Group is an audience of the program.
"""

import hashlib
import json
from collections.abc import Callable, Mapping
from functools import wraps
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt

from parkops.api.auth import Caller, needs
from parkops.api.door import MIB, require_size
from parkops.api.problems import Problem, no_token
from parkops.customers.models import Customer
from parkops.kernel.decisions import Conflict, NotFound, Refused
from parkops.kernel.permissions import Scope
from parkops.programme import queries as programme
from parkops.ui.access import View, public
from permits.operations import scim as operations
from permits.queries import scim as queries
from permits.rules import scim as rules
from permits.rules.scim import Person

CORE = "urn:ietf:params:scim:schemas:core:2.0:"
MESSAGE = "urn:ietf:params:scim:api:messages:2.0:"
MOST = 200
Answer = tuple[int, dict[str, Any] | None]
Handler = Callable[..., Answer]


def resource(**handlers: Handler) -> View:
    """Return the view of a resource: one function a method, behind a token with the scope scim."""

    @csrf_exempt
    @public
    @wraps(next(iter(handlers.values())), assigned=("__doc__",))
    def view(request: HttpRequest, **named: Any) -> HttpResponse:
        try:
            caller = _caller(request)
            handler = handlers.get((request.method or "GET").lower())
            if handler is None:
                return _error(405, "", "This resource does not take this method.")
            status, body = handler(request, caller, **named)
        except Problem as problem:
            return _error(problem.status, "", problem.detail, headers=problem.headers)
        except NotFound as missing:
            return _error(404, "", str(missing))
        except Conflict as conflict:
            return _error(409, conflict.code, str(conflict))
        except Refused as refusal:
            return _error(400, refusal.code, str(refusal))
        return _said(request, status, body)

    return view


def list_users(request: HttpRequest, caller: Caller) -> Answer:
    """List people, or the one that a filter names."""
    asked = rules.read_filter(request.GET.get("filter", ""))
    found = queries.people(asked)
    start = max(_number(request, "startIndex", 1), 1)
    count = min(max(_number(request, "count", 100), 0), MOST)
    rows = [_user(person) for person in found[start - 1 : start - 1 + count]]
    return 200, _listing(rows, total=found.count(), start=start)


def add_user(request: HttpRequest, caller: Caller) -> Answer:
    """Add a person."""
    person = rules.read_person(_body(request), Person(), known=_audiences())
    added = operations.add_person(person, by=caller.actor, at=timezone.now())
    return 201, _user(added)


def show_user(request: HttpRequest, caller: Caller, reference: UUID) -> Answer:
    """Give a person."""
    return 200, _user(queries.person(reference))


def put_user(request: HttpRequest, caller: Caller, reference: UUID) -> Answer:
    """Say everything about a person anew."""
    known = queries.person(reference)
    empty = Person(email=known.email, external_id=known.external_id)
    return _change(known, rules.read_person(_body(request), empty, known=_audiences()), caller)


def patch_user(request: HttpRequest, caller: Caller, reference: UUID) -> Answer:
    """Change some of a person."""
    known = queries.person(reference)
    acts = _operations(request)
    return _change(known, rules.patch_person(acts, _as_known(known), known=_audiences()), caller)


def delete_user(request: HttpRequest, caller: Caller, reference: UUID) -> Answer:
    """Take every audience from a person; what they parked and paid is kept."""
    known = queries.person(reference)
    gone = Person(known.email, known.name, known.external_id, (), is_active=False)
    _change(known, gone, caller)
    return 204, None


def list_groups(request: HttpRequest, caller: Caller) -> Answer:
    """List the program's audiences."""
    asked = request.GET.get("filter", "")
    rows = [_group(audience.code, audience.name) for audience in _program().audiences]
    if asked:
        name, _, value = asked.partition(" eq ")
        key = {"displayname": "displayName", "id": "id"}.get(name.strip().lower())
        if key is None:
            raise Refused("invalidFilter", 'Write displayName or id, then eq "value".')
        rows = [row for row in rows if row[key] == value.strip().strip('"')]
    return 200, _listing(rows, total=len(rows), start=1)


def show_group(request: HttpRequest, caller: Caller, code: str) -> Answer:
    """Give an audience with its first members."""
    audience = _program().audience(code)
    if audience is None:
        raise NotFound("The program has no such audience.")
    members = queries.members(audience.code)[:MOST]
    return 200, {
        **_group(audience.code, audience.name),
        "members": [{"value": str(one.reference), "display": one.name} for one in members],
    }


def patch_group(request: HttpRequest, caller: Caller, code: str) -> Answer:
    """Add people to an audience, or take them out."""
    audience = _program().audience(code)
    if audience is None:
        raise NotFound("The program has no such audience.")
    for operation in _operations(request):
        act, path, value = rules.read_operation(operation)
        if not path.lower().startswith("members"):
            raise Refused("invalidPath", "Only members change; the program names its audiences.")
        if act == "replace":
            raise Refused("mutability", "Add and remove members one by one, or send a roster.")
        rows = value if isinstance(value, list) else []
        ids = [str(row.get("value", "")) for row in rows if isinstance(row, dict)]
        if '"' in path:
            ids.append(path.split('"')[1])
        for reference in ids:
            _join(audience.code, reference, joins=act == "add", caller=caller)
    return 204, None


def service_config(request: HttpRequest, caller: Caller) -> Answer:
    """Say what is supported."""
    return 200, {
        "schemas": [CORE + "ServiceProviderConfig"],
        "patch": {"supported": True},
        "bulk": {"supported": False, "maxOperations": 0, "maxPayloadSize": 0},
        "filter": {"supported": True, "maxResults": MOST},
        "changePassword": {"supported": False},
        "sort": {"supported": False},
        "etag": {"supported": True},
        "authenticationSchemes": [
            {
                "type": "oauthbearertoken",
                "name": "Bearer token",
                "description": "A token of this tenant with the scope scim.",
                "primary": True,
            }
        ],
    }


def resource_types(request: HttpRequest, caller: Caller) -> Answer:
    """Say which resources there are."""
    rows = [
        {
            "schemas": [CORE + "ResourceType"],
            "id": name,
            "name": name,
            "endpoint": f"/{name}s",
            "schema": CORE + name,
        }
        for name in ("User", "Group")
    ]
    return 200, _listing(rows, total=2, start=1)


def schemas(request: HttpRequest, caller: Caller) -> Answer:
    """Say which attributes are kept."""
    kept = {
        "User": [
            ("userName", "string", True),
            ("externalId", "string", False),
            ("displayName", "string", False),
            ("active", "boolean", False),
            ("emails", "complex", False),
            ("roles", "complex", False),
        ],
        "Group": [("displayName", "string", True), ("members", "complex", False)],
    }
    rows = [
        {
            "schemas": [CORE + "Schema"],
            "id": CORE + name,
            "name": name,
            "attributes": [
                {"name": one, "type": kind, "required": needed, "multiValued": kind == "complex"}
                for one, kind, needed in attributes
            ],
        }
        for name, attributes in kept.items()
    ]
    return 200, _listing(rows, total=len(rows), start=1)


def _join(code: str, reference: str, *, joins: bool, caller: Caller) -> None:
    try:
        known = queries.person(UUID(reference))
    except ValueError as error:
        raise Refused("invalidValue", f"{reference} is nobody's id.") from error
    groups = set(known.audiences) | {code} if joins else set(known.audiences) - {code}
    ordered = tuple(one for one in _audiences() if one in groups)
    _change(known, Person(known.email, known.name, known.external_id, ordered), caller)


def _change(known: Customer, person: Person, caller: Caller) -> Answer:
    changed = operations.change_person(known.pk, person, by=caller.actor, at=timezone.now())
    return 200, _user(changed)


def _as_known(known: Customer) -> Person:
    return Person(known.email, known.name, known.external_id, tuple(known.audiences))


def _user(person: Customer) -> dict[str, Any]:
    return {
        "schemas": [CORE + "User"],
        "id": str(person.reference),
        "externalId": person.external_id,
        "userName": person.email,
        "displayName": person.name,
        "name": {"formatted": person.name},
        "active": bool(person.audiences),
        "emails": [{"value": person.email, "primary": True}],
        "roles": [{"value": code} for code in person.audiences],
        "groups": [{"value": code} for code in person.audiences],
        "meta": {"resourceType": "User", "created": person.created_at.isoformat()},
    }


def _group(code: str, name: str) -> dict[str, Any]:
    return {
        "schemas": [CORE + "Group"],
        "id": code,
        "displayName": name,
        "meta": {"resourceType": "Group"},
    }


def _listing(rows: list[dict[str, Any]], *, total: int, start: int) -> dict[str, Any]:
    return {
        "schemas": [MESSAGE + "ListResponse"],
        "totalResults": total,
        "startIndex": start,
        "itemsPerPage": len(rows),
        "Resources": rows,
    }


def _program() -> Any:
    return programme.in_force(timezone.now()).programme


def _audiences() -> list[str]:
    return [audience.code for audience in _program().audiences]


def _caller(request: HttpRequest) -> Caller:
    kind, _, secret = request.headers.get("authorization", "").partition(" ")
    if kind.lower() != "bearer":
        raise no_token()
    found: Caller = needs(Scope.SCIM).authenticate(request, secret)
    return found


def _number(request: HttpRequest, name: str, otherwise: int) -> int:
    text = request.GET.get(name, "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 9 else otherwise


def _body(request: HttpRequest) -> dict[str, Any]:
    require_size(request, MIB)
    try:
        body = json.loads(request.body or b"{}")
    except ValueError as error:
        raise Refused("invalidSyntax", "The body is no JSON.") from error
    if not isinstance(body, dict):
        raise Refused("invalidSyntax", "The body is an object.")
    return body


def _operations(request: HttpRequest) -> list[Any]:
    told = _body(request).get("Operations")
    if not isinstance(told, list) or not told:
        raise Refused("invalidSyntax", "Give a list of Operations.")
    return told


def _said(request: HttpRequest, status: int, body: dict[str, Any] | None) -> HttpResponse:
    if body is None:
        return HttpResponse(status=status, headers={"Cache-Control": "no-store"})
    text = json.dumps(body, ensure_ascii=False)
    tag = f'W/"{hashlib.sha256(text.encode()).hexdigest()[:32]}"'
    headers = {"Cache-Control": "no-store", "ETag": tag}
    if request.method == "GET" and request.headers.get("if-none-match") == tag:
        return HttpResponse(status=304, headers=headers)
    return HttpResponse(text, status=status, content_type="application/scim+json", headers=headers)


def _error(
    status: int, kind: str, detail: str, *, headers: Mapping[str, str] | None = None
) -> HttpResponse:
    body: dict[str, Any] = {"schemas": [MESSAGE + "Error"], "status": str(status), "detail": detail}
    if kind:
        body["scimType"] = kind
    text = json.dumps(body, ensure_ascii=False)
    return HttpResponse(
        text,
        status=status,
        content_type="application/scim+json",
        headers={"Cache-Control": "no-store", **(headers or {})},
    )
