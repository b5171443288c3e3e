"""Citations and their pictures."""

from typing import Self

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from enforcement.models.fields import ACTOR_REF, CODE, KEY, NAME, PLATE, REGION, short_text
from enforcement.models.pictures import KeptPicture
from enforcement.rules.lines import Line, read_lines
from enforcement.rules.standing import Status
from parkops.kernel.codes import code_key


class CitationQuerySet(models.QuerySet["Citation"]):
    """Filters over citations, by what is known of them now."""

    def counting(self) -> Self:
        """Keep those that were neither voided nor dismissed."""
        return self.filter(voided_at__isnull=True, dismissed_at__isnull=True)

    def unpaid(self) -> Self:
        """Keep those that still owe something, whatever their state otherwise."""
        return self.counting().filter(
            settled_at__isnull=True, written_off_at__isnull=True, fine_minor__gt=0
        )

    def raised_for(self, code: str) -> Self:
        """Keep those with this violation on any of their lines."""
        return self.filter(
            Q(violation_code__iexact=code) | Q(several__contains=[{"key": code_key(code)}])
        )

    def standing(self, status: str) -> Self:
        """Keep those whose status is `status` now, the stage being as last brought up to date."""
        open_ = self.unpaid()
        calm = open_.filter(appealed_at__isnull=True, planned_at__isnull=True)
        found = {
            Status.VOIDED: lambda: self.filter(voided_at__isnull=False),
            Status.DISMISSED: lambda: self.filter(
                dismissed_at__isnull=False, voided_at__isnull=True
            ),
            Status.WARNING: lambda: self.counting().filter(fine_minor=0),
            Status.PAID: lambda: self.counting().filter(settled_at__isnull=False, fine_minor__gt=0),
            Status.WRITTEN_OFF: lambda: self.counting().filter(written_off_at__isnull=False),
            Status.ON_APPEAL: lambda: open_.filter(appealed_at__isnull=False),
            Status.ON_PLAN: lambda: open_.filter(
                appealed_at__isnull=True, planned_at__isnull=False
            ),
            Status.COLLECTIONS: lambda: calm.filter(stage__iexact="collections"),
            Status.ISSUED: lambda: calm.exclude(stage__iexact="collections"),
        }.get(Status(status))
        return found() if found else self.none()


class Citation(models.Model):
    """A citation, ours or one brought over from another system, told apart by `source`.

    Ours keeps the version of the programme that it was written under, by which its fine, steps and
    appeals go for ever. An imported one has no version and no steps: it owes `fine_minor` until it
    is settled, dismissed or voided; its place is in `place`, and most have no plate. Where the file says
    more, `brought` has it in minor units: penalty, interest, reduction, and what was paid.

    `vehicle` is as the officer wrote it and never changed; what the office found out later is in
    `vehicle_noted`.

    `plans` are the times at which it was on a payment plan (when each began and ended, and whether late
    fees were left out); `planned_at` is when the one began that runs now.

    One stop is one citation: where several violations were found, `several` has the line of each, the
    first of which is `violation_code` too, and `fine_minor` is what all of them come to.
    """

    class Source(models.TextChoices):
        OURS = "ours", "Ours"
        IMPORT = "import", "Imported"

    id = models.BigAutoField(primary_key=True)
    number = models.CharField(max_length=40)
    pin = short_text(8)
    client_id = models.UUIDField(null=True, blank=True)
    source = models.CharField(
        max_length=8, choices=Source, default=Source.OURS, db_default=Source.OURS
    )
    imported_batch = models.BigIntegerField(null=True, blank=True)
    external_ref = short_text(64)
    agency = short_text(100)
    plate_missing = models.BooleanField(default=False, db_default=False)
    plate_text = short_text(PLATE)
    plate_key = short_text(KEY)
    region = short_text(REGION)
    vehicle = short_text(100)
    # What somebody saw later, on the photos: the officer's own words are evidence and stay.
    vehicle_noted = short_text(100)
    plate_expires_on = models.DateField(null=True, blank=True)
    vin = short_text(17)
    zone_code = short_text(CODE)
    place = short_text(200)
    lat = models.FloatField(null=True, blank=True)
    lon = models.FloatField(null=True, blank=True)
    violation_code = models.CharField(max_length=40)
    violation_name = short_text(200)
    fine_minor = models.BigIntegerField()
    several = models.JSONField(default=list, blank=True, db_default=[])
    brought = models.JSONField(null=True, blank=True)
    nth = models.PositiveIntegerField(null=True, blank=True)
    sanction = models.CharField(max_length=8, default="fine", db_default="fine")
    programme_version = models.PositiveIntegerField(null=True, blank=True)
    issued_at = models.DateTimeField()
    issued_on = models.DateField()
    recorded_at = models.DateTimeField()
    officer = short_text(NAME)
    officer_ref = short_text(ACTOR_REF)
    note = models.TextField(blank=True, default="", db_default="")
    public_note = models.TextField(blank=True, default="", db_default="")
    flags = ArrayField(models.CharField(max_length=40), default=list, blank=True, db_default=[])
    because = ArrayField(models.TextField(), default=list, blank=True, db_default=[])
    stage = short_text(80)
    appealed_at = models.DateTimeField(null=True, blank=True)
    planned_at = models.DateTimeField(null=True, blank=True)
    plans = models.JSONField(default=list, blank=True, db_default=[])
    settled_at = models.DateTimeField(null=True, blank=True)
    written_off_at = models.DateTimeField(null=True, blank=True)
    dismissed_at = models.DateTimeField(null=True, blank=True)
    voided_at = models.DateTimeField(null=True, blank=True)
    void_reason = models.TextField(blank=True, default="", db_default="")
    prints = models.PositiveSmallIntegerField(default=0, db_default=0)

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

    @property
    def lines(self) -> tuple[Line, ...]:
        """Its violations, the first first; the fine of each is its own."""
        return read_lines(self.several) or (
            Line(
                self.violation_code, self.violation_name, self.fine_minor, self.nth, self.sanction
            ),
        )

    @property
    def came_to_minor(self) -> int:
        """What it comes to without steps of ours: its fine, and what was added and taken off elsewhere."""
        more = self.brought
        if more is None:
            return self.fine_minor
        return self.fine_minor + more["penalty"] + more["interest"] - more["reduction"]

    @property
    def code_keys(self) -> frozenset[str]:
        """The codes of its violations, as codes are compared."""
        return frozenset(code_key(code) for code in self.codes)

    @property
    def codes(self) -> tuple[str, ...]:
        """The codes of its violations, the first first."""
        return tuple(line["code"] for line in self.several) or (self.violation_code,)

    @property
    def violation_names(self) -> str:
        """The names of all its violations."""
        return "; ".join(line.name or line.code for line in self.lines)

    @property
    def vehicle_seen(self) -> str:
        """What was seen of the vehicle, by the officer or later on the photos."""
        return self.vehicle_noted or self.vehicle

    @property
    def vehicle_told(self) -> str:
        """What is known of a vehicle without a plate."""
        return ", ".join(told for told in (self.vehicle, self.vin and f"VIN {self.vin}") if told)


class CitationPhoto(KeptPicture):
    """A picture of a citation: `shown` has no metadata, `original` is as it came, as evidence."""

    citation = models.ForeignKey(Citation, on_delete=models.PROTECT, related_name="photos")
    taken_at = models.DateTimeField(null=True, blank=True)
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
