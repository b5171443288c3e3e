"""What is done with screens on walls: one is set up, and revoked."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.db import transaction

from parkops.audit import operations as audit
from parkops.kernel.actors import Actor
from parkops.kernel.decisions import NotFound, Refused
from reporting.dashboards import walls
from reporting.models import WallScreen


@transaction.atomic
def set_up_screen(
    *, name: str, pieces: Sequence[str], theme: str, by: Actor, at: datetime
) -> WallScreen:
    """Set up a screen that shows these pieces without signing in; one of the same name is changed to them.

    :raises Refused: if a piece is not fit for a wall, or there is none.
    """
    unfit = [piece for piece in pieces if piece not in walls.FIT]
    if unfit or not pieces:
        raise Refused("pieces", "Choose at least one of what a wall may show.", field="pieces")
    chosen = [piece for piece in walls.FIT if piece in pieces]
    screen, is_new = WallScreen.objects.select_for_update().get_or_create(
        name=name,
        revoked_at=None,
        defaults={"pieces": chosen, "theme": theme, "made_at": at, "made_by_name": by.name},
    )
    if not is_new and (screen.pieces, screen.theme) == (chosen, theme):
        return screen
    screen.pieces, screen.theme = chosen, theme
    screen.save(update_fields=["pieces", "theme"])
    audit.record(
        "wall.set_up",
        subject=("screen", str(screen.reference)),
        actor=by,
        at=at,
        name=name,
        pieces=chosen,
    )
    return screen


@transaction.atomic
def revoke_screen(reference: UUID, *, by: Actor, at: datetime) -> WallScreen:
    """Let a screen's address lead nowhere from now on; revoking it again changes nothing.

    :raises NotFound: if there is none.
    """
    screen = WallScreen.objects.select_for_update().filter(reference=reference).first()
    if screen is None:
        raise NotFound("There is no such screen.")
    if screen.revoked_at is None:
        screen.revoked_at, screen.revoked_by_name = at, by.name
        screen.save(update_fields=["revoked_at", "revoked_by_name"])
        audit.record(
            "wall.revoked", subject=("screen", str(reference)), actor=by, at=at, name=screen.name
        )
    return screen
