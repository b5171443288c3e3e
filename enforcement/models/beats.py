"""Beats: the zones that one officer looks after, and who walks which on which day."""

import uuid

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from enforcement.models.fields import ACTOR_REF, CODE, NAME


class Beat(models.Model):
    """A named set of zones that is walked together."""

    id = models.BigAutoField(primary_key=True)
    reference = models.UUIDField(default=uuid.uuid4)
    name = models.CharField(max_length=60)
    zones = ArrayField(models.CharField(max_length=CODE))
    retired_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["reference"], name="beat_reference_unique"),
            models.UniqueConstraint(
                fields=["name"],
                condition=Q(retired_at__isnull=True),
                name="beat_name_unique",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Duty(models.Model):
    """An officer walks a beat on a local day."""

    id = models.BigAutoField(primary_key=True)
    beat = models.ForeignKey(Beat, on_delete=models.PROTECT, related_name="duties")
    officer_ref = models.CharField(max_length=ACTOR_REF)
    officer = models.CharField(max_length=NAME)
    walked_on = models.DateField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["officer_ref", "walked_on"], name="duty_one_an_officer_and_day"
            )
        ]
        indexes = [models.Index(fields=["walked_on", "beat"], name="duty_by_day")]

    def __str__(self) -> str:
        return f"{self.officer} on {self.beat_id}, {self.walked_on}"
