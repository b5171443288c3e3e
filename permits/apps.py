"""The permits app."""

from django.apps import AppConfig


class PermitsConfig(AppConfig):
    """Permits and their sale."""

    name = "permits"
