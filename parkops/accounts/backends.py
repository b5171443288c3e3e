"""Who a session is of."""

from typing import Any

from allauth.account import auth_backends

from parkops.accounts.models import User
from parkops.tenancy.postgresql import prepared

_FIELDS = [field.attname for field in User._meta.concrete_fields]
_COLUMNS = ", ".join(str(field.column) for field in User._meta.concrete_fields)
_PERSON = f"SELECT {_COLUMNS} FROM {User._meta.db_table} WHERE id = %(id)s::bigint"  # noqa: S608  our own names


class AuthenticationBackend(auth_backends.AuthenticationBackend):
    """Signs people in as allauth does; who they are, which every page asks, is a prepared statement."""

    def get_user(self, user_id: Any) -> User | None:
        """Return the person with this id, None if there is none or they may not sign in."""
        for row in prepared.rows(_PERSON, {"id": int(user_id)}):
            user = User.from_db("default", _FIELDS, row)
            return user if self.user_can_authenticate(user) else None
        return None
