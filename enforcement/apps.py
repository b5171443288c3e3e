"""The enforcement app."""

from django.apps import AppConfig


class EnforcementConfig(AppConfig):
    """Plate checks, citations and appeals."""

    name = "enforcement"

    def ready(self) -> None:
        """Answer for the charges of citations."""
        from enforcement.operations import settling
        from enforcement.queries.citations import KIND
        from payments import settlement

        settlement.register(KIND, settling.RAISER)
