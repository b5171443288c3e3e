"""Limits of figures, and when each was crossed."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q


class FigureLimit(models.Model):
    """A figure should not be over, or under, an amount (minor units of money): set for all who see it, or by
    one person (`owner`) for themselves.

    With `hours`, as the program writes them ("Mon-Fri 10:00-16:00"), it is a limit only then.

    `crossed_at` is since when it is beyond; `crossings` counts how often it came to be, so that each is told
    once. `turned_at` is of the look that last found it beyond or back: an older look changes nothing.
    `told_role` is whose holders get an e-mail of a limit for all.
    """

    class Direction(models.TextChoices):
        OVER = "over", "Over"
        UNDER = "under", "Under"

    class Tone(models.TextChoices):
        WARN = "warn", "Needs a look"
        BAD = "bad", "Wrong"

    id = models.BigAutoField(primary_key=True)
    reference = models.UUIDField(default=uuid.uuid4, editable=False)
    figure = models.CharField(max_length=32)
    direction = models.CharField(max_length=5, choices=Direction)
    amount = models.BigIntegerField()
    hours = models.CharField(max_length=60, blank=True, default="", db_default="")
    tone = models.CharField(max_length=4, choices=Tone)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    by_mail = models.BooleanField(default=False)
    told_role = models.CharField(max_length=16, blank=True)
    made_at = models.DateTimeField()
    made_by_name = models.CharField(max_length=200)
    crossed_at = models.DateTimeField(null=True)
    turned_at = models.DateTimeField(null=True)
    crossings = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["reference"], name="figure_limit_reference_unique"),
            models.UniqueConstraint(
                fields=["figure", "direction", "tone", "owner", "hours"],
                name="figure_limit_one_of_a_kind",
                nulls_distinct=False,
            ),
            models.CheckConstraint(condition=Q(amount__gte=0), name="figure_limit_not_below_zero"),
            models.CheckConstraint(
                condition=Q(owner__isnull=True) | Q(told_role=""),
                name="figure_limit_own_tells_no_role",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.figure} {self.direction} {self.amount}"
