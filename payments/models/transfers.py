"""Checkouts by bank transfer: what a customer was asked to send, and by which reference it is known."""

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now


class Transfer(models.Model):
    """Money that somebody said they would send by bank. Lines of the bank's that name `reference` are it.

    `digest` tells whether the same key comes with other details; `closed_at` is when it was given up, or
    its time was over: what comes later is told as money that came late.
    """

    id = models.BigAutoField(primary_key=True)
    session_id = models.CharField(max_length=40)
    idempotency_key = models.CharField(max_length=120)
    digest = models.CharField(max_length=64)
    client_reference = models.CharField(max_length=120)
    reference = models.CharField(max_length=25)
    amount_minor = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    url = models.TextField()
    expires_at = models.DateTimeField()
    created_at = models.DateTimeField(db_default=Now())
    closed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["session_id"], name="bank_transfer_session_unique"),
            models.UniqueConstraint(fields=["idempotency_key"], name="bank_transfer_key_unique"),
            models.UniqueConstraint(fields=["reference"], name="bank_transfer_reference_unique"),
            models.CheckConstraint(
                condition=Q(amount_minor__gt=0), name="bank_transfer_asks_for_something"
            ),
        ]
        indexes = [models.Index(fields=["client_reference"], name="bank_transfer_by_reference")]

    def __str__(self) -> str:
        return f"Transfer {self.reference}"
