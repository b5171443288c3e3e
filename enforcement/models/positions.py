"""Where officers are, only while they agree to it, and only for a while."""

from django.db import models
from django.db.models import Q

from enforcement.models.fields import ACTOR_REF, NAME


class PositionConsent(models.Model):
    """An officer agreed that their position is sent during shifts, until they took it back."""

    id = models.BigAutoField(primary_key=True)
    officer_ref = models.CharField(max_length=ACTOR_REF)
    officer = models.CharField(max_length=NAME)
    given_at = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["officer_ref"],
                condition=Q(withdrawn_at__isnull=True),
                name="position_consent_one_an_officer",
            )
        ]

    def __str__(self) -> str:
        return f"Consent of {self.officer}"


class OfficerPosition(models.Model):
    """Where an officer's phone was during a shift."""

    id = models.BigAutoField(primary_key=True)
    officer_ref = models.CharField(max_length=ACTOR_REF)
    seen_at = models.DateTimeField()
    lat = models.FloatField()
    lon = models.FloatField()
    accuracy_m = models.PositiveIntegerField(null=True, blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["officer_ref", "-seen_at"], name="position_newest"),
            models.Index(fields=["seen_at"], name="position_oldest"),
        ]

    def __str__(self) -> str:
        return f"Position {self.pk}"
