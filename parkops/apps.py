"""The platform itself: commands that span the apps."""

from django.apps import AppConfig


class PlatformConfig(AppConfig):
    """Holds the commands `tenant` and `demo`."""

    name = "parkops"
    label = "platform"
