"""The api app."""

from django.apps import AppConfig


class ApiConfig(AppConfig):
    """The wiring of the HTTP API."""

    name = "parkops.api"
    label = "api"
