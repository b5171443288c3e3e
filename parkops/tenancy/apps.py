"""The tenancy app: the only one whose tables live in the public schema."""

from django.apps import AppConfig


class TenancyConfig(AppConfig):
    """Tenants, their domains, the outbox."""

    name = "parkops.tenancy"
    label = "tenancy"

    def ready(self) -> None:
        from parkops.tenancy import checks  # noqa: F401
