"""What officers' phones wrote down and sent, and what a person has to look at because of it."""

from django.db import models
from django.db.models import Q

from enforcement.models.citations import Citation
from enforcement.models.fields import ACTOR_REF, NAME, short_text


class FieldRecord(models.Model):
    """One thing that a phone wrote down: kept once by its `client_id`, as it was sent.

    `device_at` is what the phone's clock said, `at` what is taken as the time, `received_at` when it
    came. `told` is the verdict that the phone showed from its own copy; `differs` says that the
    office's records gave another one.
    """

    class Kind(models.TextChoices):
        CHECK = "check", "Plate check"
        CHALK = "chalk", "Chalk mark"
        CITATION = "citation", "Citation"
        NOTE = "note", "Note"
        VOID = "void", "Void"

    class Outcome(models.TextChoices):
        DONE = "done", "Done"
        HELD = "held", "Held for a decision"
        REFUSED = "refused", "Refused"

    id = models.BigAutoField(primary_key=True)
    client_id = models.UUIDField()
    device = models.UUIDField()
    seq = models.PositiveBigIntegerField()
    officer_ref = models.CharField(max_length=ACTOR_REF)
    officer = models.CharField(max_length=NAME)
    kind = models.CharField(max_length=8, choices=Kind)
    device_at = models.DateTimeField()
    at = models.DateTimeField()
    received_at = models.DateTimeField()
    is_offline = models.BooleanField()
    data = models.JSONField()
    told = short_text(16)
    differs = models.BooleanField(default=False, db_default=False)
    outcome = models.CharField(max_length=8, choices=Outcome)
    reason = models.TextField(blank=True, default="", db_default="")
    answer = models.JSONField(default=dict)
    citation = models.ForeignKey(
        Citation, null=True, blank=True, on_delete=models.PROTECT, related_name="field_records"
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["client_id"], name="field_record_client_id_unique"),
            models.CheckConstraint(
                condition=~Q(outcome="refused") | ~Q(reason=""),
                name="field_record_refused_says_why",
            ),
        ]
        indexes = [
            models.Index(fields=["-received_at", "-id"], name="field_record_newest"),
            models.Index(fields=["officer_ref", "-at"], name="field_record_by_officer"),
        ]

    def __str__(self) -> str:
        return f"Field record {self.client_id}"


class CitationHold(models.Model):
    """Why nothing about a citation is sent out until a person has decided; open while undecided."""

    class Kind(models.TextChoices):
        RIGHT_EXISTED = "right_existed", "A right existed"
        CITED_TWICE = "cited_twice", "Cited twice"
        NUMBER = "number", "Number in doubt"
        CLOCK = "clock", "Time in doubt"

    class Outcome(models.TextChoices):
        STANDS = "stands", "Stands"
        VOIDED = "voided", "Voided"

    id = models.BigAutoField(primary_key=True)
    citation = models.ForeignKey(Citation, on_delete=models.PROTECT, related_name="holds")
    kind = models.CharField(max_length=16, choices=Kind)
    because = models.TextField()
    raised_at = models.DateTimeField()
    decided_at = models.DateTimeField(null=True, blank=True)
    decided_by = short_text(NAME)
    decided_by_ref = short_text(ACTOR_REF)
    outcome = models.CharField(max_length=8, choices=Outcome, blank=True, default="", db_default="")
    reason = models.TextField(blank=True, default="", db_default="")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["citation", "kind"], name="citation_hold_once_a_kind"),
            models.CheckConstraint(
                condition=Q(decided_at__isnull=True) ^ ~Q(outcome=""),
                name="citation_hold_decided_has_outcome",
            ),
        ]
        indexes = [
            models.Index(
                fields=["raised_at", "id"],
                name="citation_hold_open",
                condition=Q(decided_at__isnull=True),
            )
        ]

    def __str__(self) -> str:
        return f"Hold {self.pk} of {self.citation}"
