"""The local app."""

from django.apps import AppConfig


class LocalConfig(AppConfig):
    """The embedded servers and the demonstration."""

    name = "parkops.local"
    label = "local"
