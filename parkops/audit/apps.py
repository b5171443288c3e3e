"""The audit app."""

from django.apps import AppConfig


class AuditConfig(AppConfig):
    """Append-only events: who did what to which record, when and why."""

    name = "parkops.audit"
    label = "audit"
