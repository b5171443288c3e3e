"""Screens on walls that show a tenant's figures without signing in."""

import uuid

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q


class WallScreen(models.Model):
    """A screen that may show these pieces (figures and drawings that name nobody), until it is revoked.

    Its address is its reference, signed.
    """

    class Theme(models.TextChoices):
        DARK = "dark", "Dark"
        LIGHT = "light", "Light"

    id = models.BigAutoField(primary_key=True)
    reference = models.UUIDField(default=uuid.uuid4, editable=False)
    name = models.CharField(max_length=80)
    pieces = ArrayField(models.CharField(max_length=32))
    theme = models.CharField(max_length=5, choices=Theme)
    made_at = models.DateTimeField()
    made_by_name = models.CharField(max_length=200)
    revoked_at = models.DateTimeField(null=True)
    revoked_by_name = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["reference"], name="wall_screen_reference_unique"),
            models.UniqueConstraint(
                fields=["name"],
                condition=Q(revoked_at__isnull=True),
                name="wall_screen_name_unique",
            ),
        ]

    def __str__(self) -> str:
        return f"Screen {self.name}"
