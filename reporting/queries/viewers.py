"""Who was shown a desk a moment ago. Their next poll is answered by what they might see then, as long as the
session, the person's own record and the arrangement are word for word what they were.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any

from django.core.cache import cache

from parkops.accounts.models import User
from parkops.kernel.permissions import Permission, Role, permissions_of
from parkops.tenancy.postgresql import prepared

KEPT_SECONDS = 60
"""After so long a poll goes the way of every request once more, whatever is unchanged."""

_MARK = """
SELECT md5(concat(s.session_data, u, a.pieces))
  FROM django_session s
  JOIN accounts_user u ON u.id = %(user)s::bigint
  LEFT JOIN reporting_arrangement a ON a.user_id = u.id AND a.desk = %(desk)s::varchar
 WHERE s.session_key = %(session)s::varchar AND s.expire_date > %(at)s::timestamptz
"""
# What a page read of somebody at its start may be over by its end.
_AS_READ = """
   AND u.is_active AND u.roles = %(roles)s::varchar[]
   AND u.password = %(password)s::varchar AND u.session_epoch = %(epoch)s::int
"""


@dataclass(frozen=True)
class Viewer:
    """A person at a desk: their id, their roles, what stands there for them, and what all this was read from."""

    user: int
    roles: tuple[str, ...]
    pieces: tuple[str, ...]
    mark: str

    def may(self, permission: Permission) -> bool:
        """Return whether a role of theirs includes `permission`."""
        return permission in permissions_of([Role(role) for role in self.roles])


def remember(session: str, desk: str, *, user: User, pieces: Sequence[str], at: datetime) -> None:
    """Remember whom a desk was shown, after every check that a page makes; of nobody else is anything kept, nor
    of anybody who has changed since `user` was read."""
    read = {
        "roles": list(user.roles),
        "password": user.password,
        "epoch": user.session_epoch,
    }
    mark = _mark(session, desk, user.pk, at, read)
    if mark:
        viewer = Viewer(user.pk, tuple(user.roles), tuple(pieces), mark)
        cache.set(_key(session, desk), viewer, KEPT_SECONDS)


def known(session: str, desk: str, at: datetime) -> Viewer | None:
    """Return who looks at a desk with this session, None unless all is as it was when they were shown it."""
    viewer: Viewer | None = cache.get(_key(session, desk))
    if viewer is None or _mark(session, desk, viewer.user, at) != viewer.mark:
        return None
    return viewer


def _mark(
    session: str, desk: str, user: int, at: datetime, read: Mapping[str, Any] | None = None
) -> str:
    values = {"session": session, "desk": desk, "user": user, "at": at}
    rows = (
        prepared.rows(_MARK + _AS_READ, {**values, **read})
        if read
        else prepared.rows(_MARK, values)
    )
    return rows[0][0] if rows else ""


def _key(session: str, desk: str) -> str:
    return f"reporting:viewer:{sha256(f'{desk} {session}'.encode()).hexdigest()}"
