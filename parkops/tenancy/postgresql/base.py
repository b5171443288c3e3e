"""PostgreSQL with the tenant's search path remembered on the physical connection.

django-tenants says `SET search_path` before every cursor. Here it is said only when the path that the
connection has differs from the one wanted: one statement for a one-query view.
"""

from django_tenants.postgresql_backend import base


class DatabaseWrapper(base.DatabaseWrapper):
    """Knows which search path its connection has; forgets it on rollback, on close and on error."""

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
