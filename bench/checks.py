"""Plate checks taken apart: their statements on the wire, and as another process can repeat them."""

import json
from collections.abc import Callable, Sequence

from django.db import connection
from django.test import Client, RequestFactory
from django_tenants.utils import tenant_context

from bench import floor, tenant
from bench import statements as wire


def statements(place, plate: str) -> dict[str, list[str]]:
    """Return what one request of each kind sends, on a connection that served one just before."""
    from parkops.accounts.models import User

    token = {"HTTP_AUTHORIZATION": f"Bearer {place.token}"}
    office = Client(SERVER_NAME=place.host)
    with tenant_context(place.tenant):
        office.force_login(
            User.objects.create_user("bench@parkops.test", None, roles=["administrator"])
        )
    cookie = {"HTTP_COOKIE": "; ".join(f"{name}={c.value}" for name, c in office.cookies.items())}

    def post(path: str, body: dict) -> Callable[[], None]:
        return lambda: serve(place, "POST", f"/api/v1/{path}", json.dumps(body).encode(), token)

    def poll() -> None:
        serve(place, "GET", f"/office/live/?v={version}", b"", cookie)

    version = ""
    version = serve(place, "GET", "/office/live/", b"", cookie)["Live-Version"]
    asks = {
        "Empty view of the API, whose one query is its token": post("bench/empty", {}),
        "Plate check": post("plate-checks", {"plate": plate, "zone": tenant.ZONE}),
        "Poll of the dashboard, nothing new": poll,
    }
    found = {}
    for name, ask in asks.items():
        ask()
        found[name] = wire.sent(ask)
    connection.set_schema_to_public()
    return found


def serve(place, method: str, path: str, body: bytes, headers: dict[str, str]) -> dict[str, str]:
    """Serve one request as the web server does, from the first signal to the last; returns its headers."""
    from bench.wsgi import application

    factory = RequestFactory(SERVER_NAME=place.host, **headers)
    environ = factory.generic(method, path, body, "application/json").environ
    said: list[tuple[str, list[tuple[str, str]]]] = []
    answer = application(environ, lambda status, fields: said.append((status, fields)))
    for _ in answer:  # A file is sent part by part, and none is kept.
        pass
    answer.close()
    status, fields = said[0]
    if not status.startswith("2"):
        raise SystemExit(f"{path} answered {status}")
    return dict(fields)


def recorded(place, plates: Sequence[str]) -> list[list[floor.Statement]]:
    """Return the statements of a check of each plate, the insert of its record included."""
    from django.utils import timezone

    from enforcement.models import PlateCheck
    from enforcement.operations import checks
    from enforcement.queries.checks import Look
    from parkops.kernel.actors import SYSTEM

    found = []
    with tenant_context(place.tenant):
        for plate in plates:
            seen: list[floor.Statement] = []

            def note(execute, text, values, many, context, seen=seen):
                seen.append((text, floor.plain(values)))
                return execute(text, values, many, context)

            now = timezone.now()
            look = Look(plate, "", tenant.ZONE, now)
            with connection.execute_wrapper(note):
                checks.check_plate(look, source=PlateCheck.Source.API, by=SYSTEM, at=now)
            # Savepoints are the transaction's own.
            found.append([one for one in seen if "SAVEPOINT" not in one[0]])
    return found
