"""The payments app: tells the pages about customers, and the search, what it knows."""

from django.apps import AppConfig


class PaymentsConfig(AppConfig):
    """Charges, payments and the ledger."""

    name = "payments"

    def ready(self) -> None:
        """Register with the time line, the search and the customers' pages."""
        from parkops.customers import panels, search, timeline
        from payments import shown

        timeline.register(shown.moments)
        search.register(shown.hits)
        panels.register(debts=shown.debts, acts=shown.acts)
