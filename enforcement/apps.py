"""The enforcement app."""

from django.apps import AppConfig


class EnforcementConfig(AppConfig):
    """Plate checks, citations and appeals."""

    name = "enforcement"

    def ready(self) -> None:
        """Answer for the charges of citations; tell the customer's page and the search."""
        from enforcement.operations import settling
        from enforcement.queries import customers, presence
        from enforcement.queries.citations import KIND
        from parkops.customers import search, timeline
        from parkops.programme import occupancy
        from payments import settlement

        settlement.register(KIND, settling.RAISER)
        timeline.register(customers.moments)
        search.register(customers.hits)
        occupancy.register(presence.last_seen)
