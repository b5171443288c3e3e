"""What stands on a person's desk."""

from parkops.accounts.models import User
from reporting.dashboards import desks
from reporting.dashboards.desks import Desk
from reporting.models import Arrangement


def own_of(desk: Desk, user: User) -> Arrangement | None:
    """Return how the person arranged the desk, None if they left it as it was."""
    return Arrangement.objects.filter(user=user, desk=desk.code).first()


def pieces_of(desk: Desk, user: User) -> list[str]:
    """Return the pieces on the desk in the person's order, those that they may see; one query."""
    own = own_of(desk, user)
    return desks.pieces_for(own.pieces if own else desk.pieces, may=user.may)
