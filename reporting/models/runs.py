"""Reports that were asked for, and their files."""

import uuid

from django.db import models

NUMBER_DIGITS = 12


class ReportRun(models.Model):
    """One report asked for in one format. Its progress is its job's; its file goes after `expires_at`.

    Who `wants_mail` is written to when it is over; what was `scheduled` is sent by its schedule. `digest`
    is that of its dataset's rows and totals, `totals_digest` that of its totals; both stay.
    """

    id = models.BigAutoField(primary_key=True)
    reference = models.UUIDField(default=uuid.uuid4, editable=False)
    report = models.CharField(max_length=40)
    parameters = models.JSONField(default=dict)
    format = models.CharField(max_length=5)
    job = models.ForeignKey("jobs.Job", on_delete=models.PROTECT, related_name="+")
    asked_by_ref = models.CharField(max_length=40, blank=True)
    asked_by_name = models.CharField(max_length=200)
    scheduled = models.ForeignKey(
        "reporting.ScheduledRun",
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="reports",
    )
    wants_mail = models.BooleanField(default=False, db_default=False)
    created_at = models.DateTimeField()
    rows = models.PositiveIntegerField(null=True, blank=True)
    file_name = models.CharField(max_length=80, blank=True)
    file_bytes = models.PositiveBigIntegerField(null=True, blank=True)
    file_sha256 = models.CharField(max_length=64, blank=True)
    made_at = models.DateTimeField(null=True, blank=True)
    digest = models.CharField(max_length=64, blank=True)
    totals_digest = models.CharField(max_length=64, blank=True)
    expires_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["reference"], name="report_run_reference_unique")
        ]
        indexes = [models.Index(fields=["-created_at", "-id"], name="report_run_newest")]

    def __str__(self) -> str:
        return f"{self.report} {self.reference}"

    @property
    def number(self) -> str:
        """The number on its paper, as in 3F2A-91C0-7B1D: how its reference begins."""
        begun = self.reference.hex[:NUMBER_DIGITS].upper()
        return "-".join(begun[place : place + 4] for place in range(0, NUMBER_DIGITS, 4))
