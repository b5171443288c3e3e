"""The customers app."""

from django.apps import AppConfig


class CustomersConfig(AppConfig):
    """People who park, and their vehicles."""

    name = "parkops.customers"
    label = "customers"

    def ready(self) -> None:
        from parkops.customers import search, timeline

        timeline.register(timeline.said)
        timeline.register(timeline.noted)
        search.register(search.customers)
