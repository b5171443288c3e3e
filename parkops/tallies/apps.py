"""The tallies app."""

from django.apps import AppConfig


class TalliesConfig(AppConfig):
    """Figures kept beside the rows that they count, so that nobody has to count them."""

    name = "parkops.tallies"
    label = "tallies"
