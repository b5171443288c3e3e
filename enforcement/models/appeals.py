"""Appeals and what came with them."""

import uuid

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from enforcement.models.citations import Citation
from enforcement.models.fields import ACTOR_REF, NAME, short_text
from enforcement.models.pictures import KeptPicture


class Appeal(models.Model):
    """One person's appeal against one citation, at one level; decided once.

    `is_heard`: the appellant is heard in person. `decide_on` is the day by which it should be
    decided. `reviewer` is whose queue it is in. `like_count` are the like cases decided before it,
    `unlike_count` those of them that ended otherwise, as counted when it was decided. After
    `closed_at` nothing more follows from it.
    """

    class Outcome(models.TextChoices):
        UPHELD = "upheld", "The citation stands"
        REDUCED = "reduced", "The fine is reduced"
        DISMISSED = "dismissed", "The citation is dismissed"
        WITHDRAWN = "withdrawn", "The appeal was withdrawn"

    id = models.BigAutoField(primary_key=True)
    number = models.CharField(max_length=40)
    citation = models.ForeignKey(Citation, on_delete=models.PROTECT, related_name="appeals")
    level = models.PositiveSmallIntegerField()
    level_name = models.CharField(max_length=80)
    pauses_clock = models.BooleanField()
    is_heard = models.BooleanField(default=False, db_default=False)
    grounds = models.CharField(max_length=40)
    grounds_name = short_text(200)
    text = models.TextField()
    name = models.CharField(max_length=NAME)
    email = models.CharField(max_length=254)
    filed_at = models.DateTimeField()
    filed_on = models.DateField()
    filed_by_ref = short_text(ACTOR_REF)
    language = short_text(12)
    late_reason = models.TextField(blank=True, default="", db_default="")
    missing = ArrayField(models.CharField(max_length=10), default=list, blank=True, db_default=[])
    fee_minor = models.BigIntegerField(default=0, db_default=0)
    decide_on = models.DateField(null=True, blank=True)
    reviewer = short_text(NAME)
    reviewer_ref = short_text(ACTOR_REF)
    assigned_at = models.DateTimeField(null=True, blank=True)
    decided_at = models.DateTimeField(null=True, blank=True)
    decided_on = models.DateField(null=True, blank=True)
    decided_by = short_text(NAME)
    decided_by_ref = short_text(ACTOR_REF)
    outcome = models.CharField(max_length=10, choices=Outcome, blank=True, default="")
    amount_minor = models.BigIntegerField(null=True, blank=True)
    reason_code = short_text(40)
    reason_name = short_text(200)
    decision_text = models.TextField(blank=True, default="")
    like_count = models.PositiveIntegerField(null=True, blank=True)
    unlike_count = models.PositiveIntegerField(null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)
    closed_reason = models.TextField(blank=True, default="", db_default="")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["number"], name="appeal_number_unique"),
            models.UniqueConstraint(
                fields=["citation", "level"],
                condition=~Q(outcome="withdrawn"),
                name="appeal_one_a_level",
            ),
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
            models.Index(
                F("decide_on").asc(nulls_first=True),
                F("filed_at"),
                F("id"),
                name="appeal_next",
                condition=Q(decided_at__isnull=True),
            ),
            models.Index(
                fields=["reviewer_ref", "decide_on", "id"],
                name="appeal_queue",
                condition=Q(decided_at__isnull=True),
            ),
            models.Index(
                fields=["grounds", "-decided_at"],
                name="appeal_precedents",
                condition=Q(decided_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"Appeal {self.number}"


class AppealPicture(KeptPicture):
    """A picture that came with an appeal: shown without metadata, the original kept as evidence."""

    appeal = models.ForeignKey(Appeal, on_delete=models.PROTECT, related_name="pictures")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["reference"], name="appeal_picture_reference_unique")
        ]

    def __str__(self) -> str:
        return f"Picture {self.reference}"


class AppealDocument(models.Model):
    """A PDF that came with an appeal, kept as it came and only ever given to be saved."""

    id = models.BigAutoField(primary_key=True)
    reference = models.UUIDField(default=uuid.uuid4)
    appeal = models.ForeignKey(Appeal, on_delete=models.PROTECT, related_name="documents")
    name = models.CharField(max_length=120)
    file = models.CharField(max_length=120)
    sha256 = models.CharField(max_length=64)
    size_bytes = models.PositiveIntegerField()
    added_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["reference"], name="appeal_document_reference_unique")
        ]

    def __str__(self) -> str:
        return f"Document {self.reference}"


class AppealStatement(models.Model):
    """Words added to an appeal while it is open: by the appellant, or by whom staff name."""

    id = models.BigAutoField(primary_key=True)
    appeal = models.ForeignKey(Appeal, on_delete=models.PROTECT, related_name="statements")
    text = models.TextField()
    written_by = models.CharField(max_length=NAME)
    added_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"Statement {self.pk}"
