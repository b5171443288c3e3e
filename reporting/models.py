"""Reports that were asked for, and their files."""

import uuid

from django.db import models


class ReportRun(models.Model):
    """One report asked for in one format. Its progress is its job's; its file goes after `expires_at`."""

    id = models.BigAutoField(primary_key=True)
    reference = models.UUIDField(default=uuid.uuid4, editable=False)
    report = models.CharField(max_length=40)
    parameters = models.JSONField(default=dict)
    format = models.CharField(max_length=5)
    job = models.ForeignKey("jobs.Job", on_delete=models.PROTECT, related_name="+")
    asked_by_ref = models.CharField(max_length=40, blank=True)
    asked_by_name = models.CharField(max_length=200)
    created_at = models.DateTimeField()
    rows = models.PositiveIntegerField(null=True, blank=True)
    file_name = models.CharField(max_length=80, blank=True)
    file_bytes = models.PositiveBigIntegerField(null=True, blank=True)
    file_sha256 = models.CharField(max_length=64, blank=True)
    expires_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["reference"], name="report_run_reference_unique")
        ]
        indexes = [models.Index(fields=["-created_at", "-id"], name="report_run_newest")]

    def __str__(self) -> str:
        return f"{self.report} {self.reference}"
