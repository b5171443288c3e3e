"""How looks at what is known of a plate are kept."""

from datetime import datetime

from django.db import transaction

from enforcement.models import PlateLook
from enforcement.queries import checks
from enforcement.queries import looks as queries
from enforcement.rules import looks as rules
from parkops.kernel.actors import Actor


def note_search(text: str, *, place: str, by: Actor, at: datetime) -> PlateLook | None:
    """Keep that somebody searched for a plate; words that are none, and the same search again within
    minutes, are not kept."""
    key = queries.plate_in(text)
    if not key:
        return None
    same = PlateLook.objects.filter(
        plate_key=key,
        place=place,
        actor_kind=by.kind,
        actor_ref=by.ref,
        at__gt=at - rules.SAME_LOOK,
    )
    if same.exists():
        return None
    return _keep(text, key, place=place, by=by, at=at)


@transaction.atomic
def look_at_history(
    plate: str, *, reason: str, words: str = "", by: Actor, at: datetime
) -> PlateLook:
    """Keep who wants to see who looked at a plate, and why; it is shown to them under this look.

    :raises Refused: for a plate that is none, or without a reason.
    """
    key = checks.key_of(plate)
    known = frozenset(PlateLook.Reason.values)
    rules.may_look(reason=reason, known=known, words=words).require()
    place = PlateLook.Place.HISTORY
    return _keep(plate, key, place=place, by=by, at=at, reason=reason, words=words.strip())


def _keep(
    plate: str, key: str, *, place: str, by: Actor, at: datetime, reason: str = "", words: str = ""
) -> PlateLook:
    return PlateLook.objects.create(
        at=at,
        place=place,
        actor_kind=by.kind,
        actor_ref=by.ref,
        actor_name=by.name,
        plate_text=plate.strip()[:32],
        plate_key=key,
        reason=reason,
        words=words[:200],
    )
