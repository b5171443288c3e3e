"""What enforcement keeps: who looked at which plate, chalk marks, citations, appeals, shifts."""

import uuid
from typing import Self

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from enforcement.cameras.models import Camera, PlateRead, ReadErasure  # noqa: F401  Django finds models here
from enforcement.imports.models import ImportBatch  # noqa: F401
from enforcement.rules.standing import Status

CODE = 24
PLATE = 32
KEY = 12
REGION = 16
ACTOR_KIND = 10
ACTOR_REF = 40
NAME = 200


def _text(length: int) -> models.CharField:
    return models.CharField(max_length=length, blank=True, default="", db_default="")


class PlateCheck(models.Model):
    """One look at a plate: who asked, when, from where, and the whole answer. Never changed.

    `at` is the instant asked about, `recorded_at` when it was asked. The database refuses every
    change but one: the plate and the answer may be forgotten when their time is over.
    """

    class Source(models.TextChoices):
        FIELD = "field", "Officer's phone"
        OFFICE = "office", "Office"
        API = "api", "API"
        BATCH = "batch", "API, in a batch"
        CAMERA = "camera", "Camera"

    id = models.BigAutoField(primary_key=True)
    reference = models.UUIDField(default=uuid.uuid4)
    at = models.DateTimeField()
    recorded_at = models.DateTimeField()
    source = models.CharField(max_length=8, choices=Source)
    actor_kind = models.CharField(max_length=ACTOR_KIND)
    actor_ref = _text(ACTOR_REF)
    actor_name = models.CharField(max_length=NAME)
    plate_text = models.CharField(max_length=PLATE)
    plate_key = models.CharField(max_length=KEY)
    region = _text(REGION)
    zone_code = models.CharField(max_length=CODE)
    lat = models.FloatField(null=True, blank=True)
    lon = models.FloatField(null=True, blank=True)
    verdict = models.CharField(max_length=16)
    programme_version = models.PositiveIntegerField()
    answer = models.JSONField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["reference"], name="plate_check_reference_unique")
        ]
        indexes = [
            models.Index(fields=["plate_key", "-at"], name="plate_check_by_plate"),
            models.Index(fields=["-recorded_at", "-id"], name="plate_check_newest"),
        ]

    def __str__(self) -> str:
        return f"Plate check {self.reference}"


class Observation(models.Model):
    """A chalk mark: a vehicle stood in a zone at an instant."""

    id = models.BigAutoField(primary_key=True)
    reference = models.UUIDField(default=uuid.uuid4)
    seen_at = models.DateTimeField()
    recorded_at = models.DateTimeField()
    plate_text = models.CharField(max_length=PLATE)
    plate_key = models.CharField(max_length=KEY)
    region = _text(REGION)
    zone_code = models.CharField(max_length=CODE)
    lat = models.FloatField(null=True, blank=True)
    lon = models.FloatField(null=True, blank=True)
    valve = _text(20)
    seen_by = models.CharField(max_length=NAME)

    class Meta:
        indexes = [models.Index(fields=["plate_key", "-seen_at"], name="observation_by_plate")]

    def __str__(self) -> str:
        return f"Observation {self.reference}"


class CitationQuerySet(models.QuerySet["Citation"]):
    """Filters over citations, by what is known of them now."""

    def counting(self) -> Self:
        """Keep those that were neither voided nor dismissed."""
        return self.filter(voided_at__isnull=True, dismissed_at__isnull=True)

    def unpaid(self) -> Self:
        """Keep those that still owe something, whatever their state otherwise."""
        return self.counting().filter(settled_at__isnull=True, fine_minor__gt=0)

    def standing(self, status: str) -> Self:
        """Keep those whose status is `status` now, the stage being as last brought up to date."""
        open_ = self.unpaid()
        calm = open_.filter(appealed_at__isnull=True)
        found = {
            Status.VOIDED: lambda: self.filter(voided_at__isnull=False),
            Status.DISMISSED: lambda: self.filter(
                dismissed_at__isnull=False, voided_at__isnull=True
            ),
            Status.WARNING: lambda: self.counting().filter(fine_minor=0),
            Status.PAID: lambda: self.counting().filter(settled_at__isnull=False, fine_minor__gt=0),
            Status.ON_APPEAL: lambda: open_.filter(appealed_at__isnull=False),
            Status.COLLECTIONS: lambda: calm.filter(stage__iexact="collections"),
            Status.ISSUED: lambda: calm.exclude(stage__iexact="collections"),
        }.get(Status(status))
        return found() if found else self.none()


class Citation(models.Model):
    """A citation, ours or one brought over from another system, told apart by `source`.

    Ours keeps the version of the programme that it was written under, by which its fine, steps and
    appeals go for ever. An imported one has no version and no steps: it owes `fine_minor` until it
    is settled, dismissed or voided; its place is in `place`, and most have no plate.
    """

    class Source(models.TextChoices):
        OURS = "ours", "Ours"
        IMPORT = "import", "Imported"

    id = models.BigAutoField(primary_key=True)
    number = models.CharField(max_length=40)
    pin = _text(8)
    client_id = models.UUIDField(null=True, blank=True)
    source = models.CharField(
        max_length=8, choices=Source, default=Source.OURS, db_default=Source.OURS
    )
    imported_batch = models.BigIntegerField(null=True, blank=True)
    external_ref = _text(64)
    agency = _text(100)
    plate_missing = models.BooleanField(default=False, db_default=False)
    plate_text = _text(PLATE)
    plate_key = _text(KEY)
    region = _text(REGION)
    vehicle = _text(100)
    zone_code = _text(CODE)
    place = _text(200)
    lat = models.FloatField(null=True, blank=True)
    lon = models.FloatField(null=True, blank=True)
    violation_code = models.CharField(max_length=40)
    violation_name = _text(200)
    fine_minor = models.BigIntegerField()
    nth = models.PositiveIntegerField(null=True, blank=True)
    sanction = models.CharField(max_length=8, default="fine", db_default="fine")
    programme_version = models.PositiveIntegerField(null=True, blank=True)
    issued_at = models.DateTimeField()
    issued_on = models.DateField()
    recorded_at = models.DateTimeField()
    officer = _text(NAME)
    officer_ref = _text(ACTOR_REF)
    note = models.TextField(blank=True, default="", db_default="")
    public_note = models.TextField(blank=True, default="", db_default="")
    flags = ArrayField(models.CharField(max_length=40), default=list, blank=True, db_default=[])
    because = ArrayField(models.TextField(), default=list, blank=True, db_default=[])
    stage = _text(80)
    appealed_at = models.DateTimeField(null=True, blank=True)
    settled_at = models.DateTimeField(null=True, blank=True)
    dismissed_at = models.DateTimeField(null=True, blank=True)
    voided_at = models.DateTimeField(null=True, blank=True)
    void_reason = models.TextField(blank=True, default="", db_default="")

    objects = CitationQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["number"], name="citation_number_unique"),
            models.UniqueConstraint(
                fields=["client_id"],
                condition=Q(client_id__isnull=False),
                name="citation_client_id_unique",
            ),
            models.UniqueConstraint(
                fields=["external_ref"],
                condition=Q(source="import") & ~Q(external_ref=""),
                name="citation_external_ref_unique",
            ),
            models.CheckConstraint(
                condition=Q(fine_minor__gte=0), name="citation_fine_not_negative"
            ),
            models.CheckConstraint(
                condition=Q(plate_missing=True) ^ ~Q(plate_key=""),
                name="citation_plate_or_missing",
            ),
            models.CheckConstraint(
                condition=Q(source="import")
                | Q(programme_version__isnull=False, nth__isnull=False) & ~Q(pin=""),
                name="citation_ours_has_version_count_and_pin",
            ),
            models.CheckConstraint(
                condition=Q(source="ours") ^ Q(imported_batch__isnull=False),
                name="citation_imported_has_batch",
            ),
        ]
        indexes = [
            models.Index(fields=["-issued_at", "-id"], name="citation_newest"),
            models.Index(
                fields=["plate_key", "-issued_at"],
                name="citation_by_plate",
                condition=~Q(plate_key=""),
            ),
            models.Index(fields=["violation_code", "issued_on"], name="citation_by_violation"),
            models.Index(
                fields=["issued_at", "id"],
                name="citation_open",
                condition=Q(
                    source="ours",
                    settled_at__isnull=True,
                    dismissed_at__isnull=True,
                    voided_at__isnull=True,
                    fine_minor__gt=0,
                ),
            ),
            models.Index(
                fields=["imported_batch"],
                name="citation_by_batch",
                condition=Q(imported_batch__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"Citation {self.number}"


class CitationPhoto(models.Model):
    """A picture of a citation: `shown` has no metadata, `original` is as it came, as evidence."""

    id = models.BigAutoField(primary_key=True)
    reference = models.UUIDField(default=uuid.uuid4)
    citation = models.ForeignKey(Citation, on_delete=models.PROTECT, related_name="photos")
    shown = models.CharField(max_length=120)
    shown_sha256 = models.CharField(max_length=64)
    original = models.CharField(max_length=120)
    original_sha256 = models.CharField(max_length=64)
    original_type = models.CharField(max_length=40)
    width = models.PositiveIntegerField()
    height = models.PositiveIntegerField()
    taken_at = models.DateTimeField(null=True, blank=True)
    added_at = models.DateTimeField()
    added_by = models.CharField(max_length=NAME)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["reference"], name="citation_photo_reference_unique"),
            models.UniqueConstraint(
                fields=["citation", "original_sha256"], name="citation_photo_once"
            ),
        ]

    def __str__(self) -> str:
        return f"Photo {self.reference}"


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
    filed_by_ref = _text(ACTOR_REF)
    decided_at = models.DateTimeField(null=True, blank=True)
    decided_on = models.DateField(null=True, blank=True)
    decided_by = _text(NAME)
    decided_by_ref = _text(ACTOR_REF)
    outcome = models.CharField(max_length=10, choices=Outcome, blank=True, default="")
    amount_minor = models.BigIntegerField(null=True, blank=True)
    reason_code = _text(40)
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


class HotlistEntry(models.Model):
    """A plate that officers are told about: stolen, exempt, wanted for a talk."""

    id = models.BigAutoField(primary_key=True)
    reference = models.UUIDField(default=uuid.uuid4)
    plate_text = models.CharField(max_length=PLATE)
    plate_key = models.CharField(max_length=KEY)
    region = _text(REGION)
    kind = models.CharField(max_length=24)
    note = models.TextField(blank=True, default="")
    until_at = models.DateTimeField(null=True, blank=True)
    added_at = models.DateTimeField()
    added_by = models.CharField(max_length=NAME)
    removed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["reference"], name="hotlist_reference_unique")
        ]
        indexes = [
            models.Index(
                fields=["plate_key"],
                name="hotlist_by_plate",
                condition=Q(removed_at__isnull=True),
            )
        ]

    def __str__(self) -> str:
        return f"Hotlist entry {self.reference}"


class BootNotice(models.Model):
    """The owner of a vehicle was told that it may be booted."""

    id = models.BigAutoField(primary_key=True)
    plate_key = models.CharField(max_length=KEY)
    region = _text(REGION)
    sent_at = models.DateTimeField()
    sent_to = models.CharField(max_length=254)

    class Meta:
        indexes = [models.Index(fields=["plate_key", "-sent_at"], name="boot_notice_by_plate")]

    def __str__(self) -> str:
        return f"Boot notice {self.pk}"


class Shift(models.Model):
    """An officer at work: [began_at, ended_at), open while the end is empty."""

    id = models.BigAutoField(primary_key=True)
    officer_ref = models.CharField(max_length=ACTOR_REF)
    officer = models.CharField(max_length=NAME)
    began_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["officer_ref"],
                condition=Q(ended_at__isnull=True),
                name="shift_one_open_an_officer",
            ),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True) | Q(ended_at__gte=models.F("began_at")),
                name="shift_ends_after_it_begins",
            ),
        ]
        indexes = [models.Index(fields=["-began_at", "-id"], name="shift_newest")]

    def __str__(self) -> str:
        return f"Shift of {self.officer} from {self.began_at:%Y-%m-%d %H:%M}"
