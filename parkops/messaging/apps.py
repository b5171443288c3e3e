"""The messaging app."""

from django.apps import AppConfig


class MessagingConfig(AppConfig):
    """E-mail and other messages, each sent once."""

    name = "parkops.messaging"
    label = "messaging"
