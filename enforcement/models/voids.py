"""Voids that wait for a second person, and voids that were taken back."""

from django.db import models
from django.db.models import Q

from enforcement.models.citations import Citation
from enforcement.models.fields import ACTOR_REF, NAME, short_text


class VoidRequest(models.Model):
    """Somebody asked to void a citation that comes to more than one person may void; another accepts it
    or not."""

    id = models.BigAutoField(primary_key=True)
    citation = models.ForeignKey(Citation, on_delete=models.PROTECT, related_name="void_requests")
    reason = models.TextField()
    asked_at = models.DateTimeField()
    asked_by_name = models.CharField(max_length=NAME)
    asked_by_ref = models.CharField(max_length=ACTOR_REF)
    decided_at = models.DateTimeField(null=True, blank=True)
    decided_by_name = short_text(NAME)
    is_accepted = models.BooleanField(null=True, blank=True)
    answer = models.TextField(blank=True, default="", db_default="")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["citation"],
                condition=Q(decided_at__isnull=True),
                name="void_request_one_open",
            ),
            models.CheckConstraint(
                condition=Q(decided_at__isnull=True, is_accepted__isnull=True)
                | Q(decided_at__isnull=False, is_accepted__isnull=False),
                name="void_request_decided_with_answer",
            ),
        ]

    def __str__(self) -> str:
        return f"Void of {self.citation_id}"


class Reopening(models.Model):
    """A voided citation was opened again, with the reason; `voided_at` and `void_reason` say how it had
    been voided."""

    id = models.BigAutoField(primary_key=True)
    citation = models.ForeignKey(Citation, on_delete=models.PROTECT, related_name="reopenings")
    voided_at = models.DateTimeField()
    void_reason = models.TextField()
    reopened_at = models.DateTimeField()
    reopened_by_name = models.CharField(max_length=NAME)
    reason = models.TextField()

    def __str__(self) -> str:
        return f"Reopening of {self.citation_id}"
