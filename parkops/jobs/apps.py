"""The jobs app."""

from django.apps import AppConfig


class JobsConfig(AppConfig):
    """Long work with a lease, attempts and progress."""

    name = "parkops.jobs"
    label = "jobs"
