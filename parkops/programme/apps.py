"""The programme app."""

from django.apps import AppConfig


class ProgrammeConfig(AppConfig):
    """The programme file and its versions."""

    name = "parkops.programme"
    label = "programme"
