"""Where sessions are kept: in the tenant's own database, and each only where it was made."""

from typing import Any

from django.contrib.sessions.backends import db
from django.db import connection

SCHEMA_KEY = "_schema"


class SessionStore(db.SessionStore):
    """A session that is read when somebody asks for it, and is nobody's in another schema.

    A page that asks for nothing of it costs no statement.
    """

    def load(self) -> dict[str, Any]:
        """Return what is kept, nothing of what another schema made."""
        data = super().load()
        if data.get(SCHEMA_KEY, connection.schema_name) != connection.schema_name:
            self._session_key = None
            return {}
        return data
