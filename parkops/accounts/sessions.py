"""Where sessions are kept: in the tenant's own database, and each only where it was made."""

from typing import Any

from django.contrib.sessions.backends import db
from django.db import connection
from django.utils import timezone

from parkops.tenancy.postgresql import prepared

SCHEMA_KEY = "_schema"
_NUL = "\x00"
# Asked by every page for somebody who signed in.
_KEPT = """
SELECT session_data, expire_date FROM django_session
 WHERE session_key = %(key)s::varchar AND expire_date > %(now)s
"""


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

    def _get_session_from_db(self) -> Any:
        """Return the row of this session, None if it is over or there is none."""
        key = self.session_key or ""
        # A cookie may hold what no text that is kept can.
        if _NUL in key:
            self._session_key = None
            return None
        for data, expires_at in prepared.rows(_KEPT, {"key": key, "now": timezone.now()}):
            return self.model(session_key=key, session_data=data, expire_date=expires_at)
        self._session_key = None
        return None
