"""The accounts app."""

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    """People who sign in, and API tokens."""

    name = "parkops.accounts"
    label = "accounts"
