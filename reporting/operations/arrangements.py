"""What a person does to their own dashboards. It is theirs alone, so the audit trail does not tell of it."""

from datetime import datetime

from django.db import transaction

from parkops.accounts.models import User
from parkops.kernel.decisions import NotFound, Refused
from reporting.dashboards import arranging, desks
from reporting.dashboards.desks import Desk
from reporting.models import Arrangement


@transaction.atomic
def arrange(desk: Desk, *, act: str, piece: str, user: User, at: datetime) -> list[str]:
    """Do `act` (up, down, hide, show) to a piece of the person's desk; returns what stands on it then.

    :raises NotFound: if there is no such piece for this person.
    :raises Refused: if there is no such act.
    """
    if act not in arranging.ACTS:
        raise Refused("act", "A piece goes up or down, is hidden or shown.")
    if piece not in desks.offered(may=user.may):
        raise NotFound("There is no such piece.")
    begun = {"pieces": list(desk.pieces), "changed_at": at}
    own, _ = Arrangement.objects.select_for_update().get_or_create(
        user=user, desk=desk.code, defaults=begun
    )
    now = desks.pieces_for(own.pieces, may=user.may)
    own.pieces = arranging.after(now, act, piece, kind_of=desks.is_figure)
    own.changed_at = at
    own.save(update_fields=["pieces", "changed_at"])
    return own.pieces


@transaction.atomic
def put_back(desk: Desk, *, user: User) -> None:
    """Leave the person's desk as its role begins with."""
    Arrangement.objects.filter(user=user, desk=desk.code).delete()
