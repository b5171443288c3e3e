"""The enforcement app."""

from django.apps import AppConfig


class EnforcementConfig(AppConfig):
    """Plate checks, citations and appeals."""

    name = "enforcement"
