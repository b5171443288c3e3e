"""The messaging app."""

from django.apps import AppConfig


class MessagingConfig(AppConfig):
    """E-mail and other messages, each sent once."""

    name = "parkops.messaging"
    label = "messaging"

    def ready(self) -> None:
        """Keep the figure of messages that were not delivered."""
        from parkops.messaging import figures
        from parkops.tallies import truths

        truths.register(figures.TRUTH)
