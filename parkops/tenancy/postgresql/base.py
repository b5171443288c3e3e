"""PostgreSQL with the tenant's search path remembered on the physical connection.

django-tenants says `SET search_path` before every cursor. Here it is said only when the path that the
connection has differs from the one wanted: one statement for a one-query view. For the same reason a
connection that was found well a moment ago is not asked again at the start of the next request.
"""

import time

from django_tenants.postgresql_backend import base

WELL_SECONDS = 1.0


class DatabaseWrapper(base.DatabaseWrapper):
    """Knows which search path its connection has; forgets it on rollback, on close and on error."""

    health_check_done: bool
    search_path_set_schemas: list[str] | None
    _well_at = 0.0

    def connect(self) -> None:
        """Open a connection, which is well to begin with."""
        super().connect()
        self._well_at = time.monotonic()

    def get_new_connection(self, conn_params):
        """Open a connection on which what is prepared is planned once, for any values alike."""
        link = super().get_new_connection(conn_params)
        link.execute("SET plan_cache_mode = force_generic_plan")
        link.commit()
        return link

    def close_if_health_check_failed(self) -> None:
        """Ask the server whether it is there, at most once a second; an error is looked into at once.

        Inside a request it is asked at its first statement only, never in the middle of a transaction.
        """
        if self.health_check_done:
            return
        if time.monotonic() - self._well_at >= WELL_SECONDS:
            super().close_if_health_check_failed()
            self._well_at = time.monotonic()
        self.health_check_done = True

    def set_tenant(self, tenant, include_public: bool = True) -> None:
        """Choose the tenant for the cursors to come; nothing is sent to the database yet."""
        applied = self.search_path_set_schemas
        super().set_tenant(tenant, include_public)
        self.search_path_set_schemas = applied

    def _handle_search_path(self, cursor=None) -> None:
        if self._setting_search_path:
            return
        if self.search_path_set_schemas != self._get_cursor_search_paths():
            self.search_path_set_schemas = None
            super()._handle_search_path(cursor)
