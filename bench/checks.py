"""Plate checks taken apart: their statements on the wire, and as another process can repeat them."""

from collections.abc import Sequence

from django.db import connection
from django.test import Client
from django_tenants.utils import tenant_context

from bench import floor, tenant
from bench import statements as wire


def statements(place, plate: str) -> dict[str, list[str]]:
    """Return what one request of each kind sends, on a connection that has been used before."""
    from parkops.accounts.models import User

    api = Client(SERVER_NAME=place.host, headers={"authorization": f"Bearer {place.token}"})
    office = Client(SERVER_NAME=place.host)
    with tenant_context(place.tenant):
        user = User.objects.create_user("bench@parkops.test", None, roles=["administrator"])
        office.force_login(user)
    version = _version(office)
    asks = {
        "Empty view of the API: the token is its one query": lambda: _post(api, "bench/empty", {}),
        "Plate check": lambda: _post(api, "plate-checks", {"plate": plate, "zone": tenant.ZONE}),
        "Poll of the dashboard, nothing new": lambda: office.get(f"/office/live/?v={version()}"),
    }
    found = {}
    for name, ask in asks.items():
        ask()
        found[name] = wire.sent(ask)
    connection.set_schema_to_public()
    return found


def _version(office: Client):
    def read() -> str:
        return office.get("/office/live/").headers["Live-Version"]

    return read


def _post(api: Client, path: str, body: dict) -> None:
    answer = api.post(f"/api/v1/{path}", body, content_type="application/json")
    assert answer.status_code == 200, answer.content


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
