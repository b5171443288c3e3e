"""The payments app."""

from django.apps import AppConfig


class PaymentsConfig(AppConfig):
    """Charges, payments and the ledger."""

    name = "payments"
