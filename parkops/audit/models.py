"""What was done, by whom, when and why. Rows are added, never changed: the database refuses it."""

from django.db import models


class AuditEvent(models.Model):
    """One act. The subject is named by kind and reference, not by a foreign key, so it outlives it.

    It holds references, never plates, names or addresses of customers.
    """

    id = models.BigAutoField(primary_key=True)
    at = models.DateTimeField()
    event = models.CharField(max_length=60)
    subject_kind = models.CharField(max_length=40)
    subject_ref = models.CharField(max_length=80)
    actor_kind = models.CharField(max_length=10)
    actor_ref = models.CharField(max_length=40, blank=True)
    actor_name = models.CharField(max_length=200)
    reason = models.TextField(blank=True)
    data = models.JSONField(default=dict)

    class Meta:
        indexes = [
            models.Index(fields=["subject_kind", "subject_ref", "at"], name="audit_by_subject"),
            models.Index(fields=["-at", "-id"], name="audit_newest"),
        ]

    def __str__(self) -> str:
        return f"{self.event} {self.subject_ref}"
