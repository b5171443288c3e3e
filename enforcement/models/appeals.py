"""Appeals and what came with them."""

import uuid

from django.db import models
from django.db.models import Q

from enforcement.models.citations import Citation
from enforcement.models.fields import ACTOR_REF, NAME, short_text


class Appeal(models.Model):
    """One person's appeal against one citation, at one level; decided once."""

    class Outcome(models.TextChoices):
        UPHELD = "upheld", "The citation stands"
        REDUCED = "reduced", "The fine is reduced"
        DISMISSED = "dismissed", "The citation is dismissed"

    id = models.BigAutoField(primary_key=True)
    number = models.CharField(max_length=40)
    citation = models.ForeignKey(Citation, on_delete=models.PROTECT, related_name="appeals")
    level = models.PositiveSmallIntegerField()
    level_name = models.CharField(max_length=80)
    pauses_clock = models.BooleanField()
    grounds = models.CharField(max_length=40)
    text = models.TextField()
    name = models.CharField(max_length=NAME)
    email = models.CharField(max_length=254)
    filed_at = models.DateTimeField()
    filed_on = models.DateField()
    filed_by_ref = short_text(ACTOR_REF)
    decided_at = models.DateTimeField(null=True, blank=True)
    decided_on = models.DateField(null=True, blank=True)
    decided_by = short_text(NAME)
    decided_by_ref = short_text(ACTOR_REF)
    outcome = models.CharField(max_length=10, choices=Outcome, blank=True, default="")
    amount_minor = models.BigIntegerField(null=True, blank=True)
    reason_code = short_text(40)
    decision_text = models.TextField(blank=True, default="")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["number"], name="appeal_number_unique"),
            models.UniqueConstraint(fields=["citation", "level"], name="appeal_one_a_level"),
            models.UniqueConstraint(
                fields=["citation"],
                condition=Q(decided_at__isnull=True),
                name="appeal_one_open_a_citation",
            ),
            models.CheckConstraint(
                condition=Q(decided_at__isnull=True, decided_on__isnull=True, outcome="")
                | Q(decided_at__isnull=False, decided_on__isnull=False) & ~Q(outcome=""),
                name="appeal_decided_with_outcome",
            ),
            models.CheckConstraint(
                condition=Q(outcome="reduced", amount_minor__gt=0)
                | ~Q(outcome="reduced") & Q(amount_minor__isnull=True),
                name="appeal_amount_only_if_reduced",
            ),
        ]
        indexes = [
            models.Index(
                fields=["filed_at", "id"],
                name="appeal_waiting",
                condition=Q(decided_at__isnull=True),
            ),
            models.Index(fields=["-filed_at", "-id"], name="appeal_newest"),
        ]

    def __str__(self) -> str:
        return f"Appeal {self.number}"


class AppealPicture(models.Model):
    """A picture that came with an appeal: shown without metadata, the original kept as evidence."""

    id = models.BigAutoField(primary_key=True)
    reference = models.UUIDField(default=uuid.uuid4)
    appeal = models.ForeignKey(Appeal, on_delete=models.PROTECT, related_name="pictures")
    shown = models.CharField(max_length=120)
    shown_sha256 = models.CharField(max_length=64)
    original = models.CharField(max_length=120)
    original_sha256 = models.CharField(max_length=64)
    original_type = models.CharField(max_length=40)
    width = models.PositiveIntegerField()
    height = models.PositiveIntegerField()
    added_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["reference"], name="appeal_picture_reference_unique")
        ]

    def __str__(self) -> str:
        return f"Picture {self.reference}"
