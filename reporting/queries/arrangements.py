"""What stands on a person's desk."""

from parkops.accounts.models import User
from parkops.tenancy.postgresql import prepared
from reporting.dashboards import desks
from reporting.dashboards.desks import Desk
from reporting.models import Arrangement

# Asked by every poll that brings something.
_OWN = """
SELECT pieces FROM reporting_arrangement WHERE user_id = %(user)s::bigint AND desk = %(desk)s::varchar
"""


def own_of(desk: Desk, user: User) -> Arrangement | None:
    """Return how the person arranged the desk, None if they left it as it was."""
    return Arrangement.objects.filter(user=user, desk=desk.code).first()


def pieces_of(desk: Desk, user: User) -> list[str]:
    """Return the pieces on the desk in the person's order, those that they may see; one query."""
    own = prepared.rows(_OWN, {"user": user.pk, "desk": desk.code})
    return desks.pieces_for(own[0][0] if own else desk.pieces, may=user.may)
