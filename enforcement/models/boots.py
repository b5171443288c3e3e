"""Boots and tows: what owners were told first, the boots there are, and the vehicles held."""

from typing import Self

from django.db import models
from django.db.models import F, Q

from enforcement.models.fields import (
    ACTOR_REF,
    CODE,
    KEY,
    NAME,
    PLATE,
    REGION,
    short_text,
)
from enforcement.models.pictures import KeptPicture


class BootNotice(models.Model):
    """The owner of a vehicle was told that it may be booted."""

    id = models.BigAutoField(primary_key=True)
    plate_key = models.CharField(max_length=KEY)
    region = short_text(REGION)
    sent_at = models.DateTimeField()
    sent_to = models.CharField(max_length=254)

    class Meta:
        indexes = [models.Index(fields=["plate_key", "-sent_at"], name="boot_notice_by_plate")]

    def __str__(self) -> str:
        return f"Boot notice {self.pk}"


class BootDevice(models.Model):
    """A boot that we own. `release_code` opens one that the owner takes off; `store` is where it is kept.

    Where it is now follows from the case that it is on.
    """

    id = models.BigAutoField(primary_key=True)
    number = models.CharField(max_length=20)
    release_code = short_text(20)
    store = short_text(NAME)
    added_at = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    withdrawn_because = short_text(300)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["number"], name="boot_device_number_unique")]

    def __str__(self) -> str:
        return f"Boot {self.number}"


class BootCaseQuerySet(models.QuerySet["BootCase"]):
    """Ways to choose boot cases."""

    def open(self) -> Self:
        """Keep those not over: the vehicle is wanted, held, or waits to be let go."""
        return self.filter(ended_at__isnull=True, cancelled_at__isnull=True)

    def holding(self) -> Self:
        """Keep those whose vehicle is held now, booted or towed."""
        return self.open().filter(released_at__isnull=True).exclude(applied_at=None, towed_at=None)


class BootCase(models.Model):
    """A vehicle to be held until what it owes is paid: ordered, booted or towed, released, let go.

    `released_at` is when it may go: what must be paid was paid, or somebody said why
    (`released_because`). `ended_at` is when the boot was off, or the vehicle was handed over.
    `listed` is the entry on the hot list by which officers see that it is held.
    """

    id = models.BigAutoField(primary_key=True)
    number = models.CharField(max_length=24)
    plate_text = models.CharField(max_length=PLATE)
    plate_key = models.CharField(max_length=KEY)
    region = short_text(REGION)
    customer = models.ForeignKey(
        "customers.Customer",
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
        db_index=False,
    )
    programme_version = models.PositiveIntegerField()
    because = models.TextField()
    ordered_at = models.DateTimeField()
    ordered_by = models.CharField(max_length=NAME)
    ordered_by_ref = short_text(ACTOR_REF)
    cancelled_at = models.DateTimeField(null=True, blank=True)
    cancelled_because = models.TextField(blank=True, default="", db_default="")
    applied_at = models.DateTimeField(null=True, blank=True)
    applied_by = short_text(NAME)
    device = models.ForeignKey(
        BootDevice, on_delete=models.PROTECT, null=True, blank=True, related_name="cases"
    )
    zone_code = short_text(CODE)
    place = short_text(200)
    lat = models.FloatField(null=True, blank=True)
    lon = models.FloatField(null=True, blank=True)
    towed_at = models.DateTimeField(null=True, blank=True)
    towed_by = short_text(NAME)
    tower = short_text(NAME)
    lot = short_text(NAME)
    released_at = models.DateTimeField(null=True, blank=True)
    released_by = short_text(NAME)
    released_because = models.TextField(blank=True, default="", db_default="")
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_by = short_text(NAME)
    listed = models.UUIDField(null=True, blank=True)

    objects = BootCaseQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["number"], name="boot_case_number_unique"),
            models.UniqueConstraint(
                fields=["plate_key", "region"],
                condition=Q(ended_at__isnull=True, cancelled_at__isnull=True),
                name="boot_case_one_open_a_vehicle",
            ),
            models.UniqueConstraint(
                fields=["device"],
                condition=Q(applied_at__isnull=False, towed_at__isnull=True, ended_at__isnull=True),
                name="boot_case_one_wheel_a_boot",
            ),
            models.CheckConstraint(
                condition=Q(cancelled_at__isnull=True)
                | Q(applied_at__isnull=True, towed_at__isnull=True),
                name="boot_case_cancelled_before_it_is_held",
            ),
            models.CheckConstraint(
                condition=Q(released_at__isnull=True)
                | Q(applied_at__isnull=False)
                | Q(towed_at__isnull=False),
                name="boot_case_released_when_held",
            ),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True)
                | Q(released_at__isnull=False, ended_at__gte=F("released_at")),
                name="boot_case_ended_after_release",
            ),
        ]
        indexes = [
            models.Index(fields=["-ordered_at", "-id"], name="boot_case_newest"),
            models.Index(fields=["plate_key", "-ordered_at"], name="boot_case_by_plate"),
        ]

    def __str__(self) -> str:
        return f"Boot case {self.number}"


class BootPhoto(KeptPicture):
    """A picture of a vehicle as it was booted or towed; see `CitationPhoto`."""

    case = models.ForeignKey(BootCase, on_delete=models.PROTECT, related_name="photos")
    added_by = models.CharField(max_length=NAME)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["reference"], name="boot_photo_reference_unique"),
            models.UniqueConstraint(fields=["case", "original_sha256"], name="boot_photo_once"),
        ]

    def __str__(self) -> str:
        return f"Boot photo {self.reference}"
