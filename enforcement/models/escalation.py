"""How unpaid citations go on: owners looked up, letters, handing over and back, writing off."""

from django.db import models
from django.db.models import Q

from enforcement.models.citations import Citation
from enforcement.models.fields import ACTOR_REF, KEY, NAME, PLATE, REGION, short_text

ADDRESS = 300
NUMBER = 24


class Batch(models.Model):
    """What is printed or sent together, under a number of its own."""

    id = models.BigAutoField(primary_key=True)
    number = models.CharField(max_length=NUMBER)
    made_at = models.DateTimeField()
    made_by = models.CharField(max_length=NAME)

    class Meta:
        abstract = True


class CitationOwner(models.Model):
    """Who owned a cited vehicle, by a register's record or by somebody's word."""

    id = models.BigAutoField(primary_key=True)
    citation = models.ForeignKey(Citation, on_delete=models.PROTECT, related_name="owners")
    name = models.CharField(max_length=NAME)
    address = models.CharField(max_length=ADDRESS)
    email = short_text(254)
    found_at = models.DateTimeField()
    found_by = models.CharField(max_length=NAME)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["citation"], name="citation_owner_one_a_citation")
        ]

    def __str__(self) -> str:
        return f"Owner of citation {self.citation_id}"


class OwnerBatch(Batch):
    """Citations whose owners a register is asked for: collected, locked and sent, answered."""

    locked_at = models.DateTimeField(null=True, blank=True)
    locked_by = short_text(NAME)
    answered_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["number"], name="owner_batch_number_unique")]

    def __str__(self) -> str:
        return f"Owner batch {self.number}"


class OwnerRequest(models.Model):
    """A citation in a batch, until somebody says who the owner is, or that it cannot be found."""

    id = models.BigAutoField(primary_key=True)
    batch = models.ForeignKey(OwnerBatch, on_delete=models.PROTECT, related_name="requests")
    citation = models.ForeignKey(Citation, on_delete=models.PROTECT, related_name="owner_requests")
    added_at = models.DateTimeField()
    resolved_at = models.DateTimeField(null=True, blank=True)
    resolved_by = short_text(NAME)
    outcome = short_text(20)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["citation"],
                condition=Q(resolved_at__isnull=True),
                name="owner_request_one_open_a_citation",
            ),
            models.UniqueConstraint(fields=["batch", "citation"], name="owner_request_once"),
        ]

    def __str__(self) -> str:
        return f"Owner request {self.pk}"


class OwnerRecord(models.Model):
    """What a register answered of a plate: its owner as of a day."""

    id = models.BigAutoField(primary_key=True)
    batch = models.ForeignKey(OwnerBatch, on_delete=models.PROTECT, related_name="records")
    plate_text = models.CharField(max_length=PLATE)
    plate_key = models.CharField(max_length=KEY)
    region = short_text(REGION)
    record_on = models.DateField()
    name = models.CharField(max_length=NAME)
    address = models.CharField(max_length=ADDRESS)
    email = short_text(254)
    make = short_text(40)
    plate_expires_on = models.DateField(null=True, blank=True)
    brought_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["batch", "plate_key", "region", "record_on", "name", "address"],
                name="owner_record_once",
            )
        ]

    def __str__(self) -> str:
        return f"Owner record {self.pk}"


class LetterBatch(Batch):
    """Letters for the post room, printed together; sent once, and printed again as often as wanted."""

    sent_at = models.DateTimeField(null=True, blank=True)
    sent_by = short_text(NAME)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["number"], name="letter_batch_number_unique")
        ]

    def __str__(self) -> str:
        return f"Letter batch {self.number}"


class Letter(models.Model):
    """A notice by post, with what it says: `said` is as it was written, however often it is printed."""

    id = models.BigAutoField(primary_key=True)
    citation = models.ForeignKey(Citation, on_delete=models.PROTECT, related_name="letters")
    stage = models.CharField(max_length=80)
    name = models.CharField(max_length=NAME)
    address = models.CharField(max_length=ADDRESS)
    said = models.JSONField()
    made_at = models.DateTimeField()
    dropped_at = models.DateTimeField(null=True, blank=True)
    batch = models.ForeignKey(
        LetterBatch, on_delete=models.PROTECT, null=True, blank=True, related_name="letters"
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["citation", "stage"], name="letter_one_a_stage")
        ]
        indexes = [
            models.Index(
                fields=["made_at", "id"],
                name="letter_waiting",
                condition=Q(batch__isnull=True, dropped_at__isnull=True),
            )
        ]

    def __str__(self) -> str:
        return f"Letter {self.pk}"


class HandOverBatch(Batch):
    """A file for those outside: citations handed over, or taken back (`is_release`)."""

    kind = models.CharField(max_length=20)
    is_release = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["number"], name="hand_over_batch_number_unique")
        ]

    def __str__(self) -> str:
        return f"Hand-over {self.number}"


class HandOver(models.Model):
    """A citation that is with a collector, or holds a registration; released when it is owed no more."""

    id = models.BigAutoField(primary_key=True)
    citation = models.ForeignKey(Citation, on_delete=models.PROTECT, related_name="hand_overs")
    kind = models.CharField(max_length=20)
    batch = models.ForeignKey(HandOverBatch, on_delete=models.PROTECT, related_name="placed")
    amount_minor = models.BigIntegerField()
    owner_name = short_text(NAME)
    owner_address = short_text(ADDRESS)
    placed_at = models.DateTimeField()
    released_at = models.DateTimeField(null=True, blank=True)
    released_because = short_text(300)
    release_batch = models.ForeignKey(
        HandOverBatch, on_delete=models.PROTECT, null=True, blank=True, related_name="released"
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["citation", "kind"],
                condition=Q(released_at__isnull=True),
                name="hand_over_one_open_a_kind",
            ),
            models.CheckConstraint(
                condition=Q(release_batch__isnull=True) | Q(released_at__isnull=False),
                name="hand_over_told_once_released",
            ),
        ]

    def __str__(self) -> str:
        return f"Hand-over of citation {self.citation_id}"


class WriteOff(models.Model):
    """What is given up of a citation. Above the program's limit it waits for a second person."""

    id = models.BigAutoField(primary_key=True)
    citation = models.ForeignKey(Citation, on_delete=models.PROTECT, related_name="write_offs")
    amount_minor = models.BigIntegerField()
    reason = models.CharField(max_length=300)
    asked_at = models.DateTimeField()
    asked_by = models.CharField(max_length=NAME)
    asked_by_ref = short_text(ACTOR_REF)
    decided_at = models.DateTimeField(null=True, blank=True)
    decided_by = short_text(NAME)
    is_accepted = models.BooleanField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["citation"],
                condition=Q(decided_at__isnull=True) | Q(is_accepted=True, ended_at__isnull=True),
                name="write_off_one_open_a_citation",
            ),
            models.CheckConstraint(
                condition=Q(decided_at__isnull=True) ^ Q(is_accepted__isnull=False),
                name="write_off_decided_one_way",
            ),
        ]

    def __str__(self) -> str:
        return f"Write-off of citation {self.citation_id}"
