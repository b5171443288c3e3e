"""Departments that pay for their visitors' parking, their codes, and each use."""

import uuid

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q


class Department(models.Model):
    """Who validates parking: it pays, up to a quota, for stays in its zones.

    `customer` is the account that the charges go to; they and whoever signs in with one of the
    `validators`' addresses may validate. `quota` counts `unit` (None: no limit) in each month or
    program year; one stay is covered for at most `longest_minutes`.
    """

    class Unit(models.TextChoices):
        """What a quota counts."""

        HOURS = "hours", "Hours"
        USES = "uses", "Uses"
        MONEY = "money", "Money"

    class Per(models.TextChoices):
        """How often a quota begins anew."""

        MONTH = "month", "Month"
        YEAR = "year", "Program year"

    class Billing(models.TextChoices):
        """How charges are raised."""

        MONTH = "month", "One charge a month"
        USE = "use", "A charge for each use"

    id = models.BigAutoField(primary_key=True)
    reference = models.UUIDField(default=uuid.uuid4, editable=False)
    name = models.CharField(max_length=80)
    customer = models.ForeignKey("customers.Customer", models.PROTECT, related_name="departments")
    validators = ArrayField(models.EmailField(max_length=254), default=list, blank=True)
    zones = ArrayField(models.CharField(max_length=24))
    unit = models.CharField(max_length=5, choices=Unit, default=Unit.HOURS)
    per = models.CharField(max_length=5, choices=Per, default=Per.MONTH)
    quota = models.PositiveIntegerField(null=True, blank=True)
    longest_minutes = models.PositiveIntegerField(default=480)
    billing = models.CharField(max_length=5, choices=Billing, default=Billing.MONTH)
    created_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["reference"], name="department_reference_unique"),
            models.UniqueConstraint(fields=["name"], name="department_name_unique"),
        ]

    def __str__(self) -> str:
        return f"Department {self.reference}"


class ValidationCode(models.Model):
    """What a department hands out: who types it parks free, or for less, for up to `minutes`.

    `share` is the part, in percent, that the department pays of that time.
    """

    id = models.BigAutoField(primary_key=True)
    reference = models.UUIDField(default=uuid.uuid4, editable=False)
    department = models.ForeignKey(Department, models.PROTECT, related_name="codes")
    code = models.CharField(max_length=16)
    name = models.CharField(max_length=60)
    minutes = models.PositiveIntegerField()
    share = models.PositiveSmallIntegerField(default=100)
    uses = models.PositiveIntegerField(null=True, blank=True)
    per_plate = models.PositiveSmallIntegerField(default=1)
    opens_at = models.DateTimeField()
    closes_at = models.DateTimeField()
    created_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["code"], name="validation_code_unique"),
            models.UniqueConstraint(fields=["reference"], name="validation_code_ref_unique"),
            models.CheckConstraint(
                condition=Q(closes_at__gt=F("opens_at")), name="validation_code_closes_later"
            ),
            models.CheckConstraint(
                condition=Q(share__gte=1, share__lte=100), name="validation_code_share"
            ),
        ]
        indexes = [models.Index(fields=["department", "-id"], name="validation_code_by_dept")]

    def __str__(self) -> str:
        return f"Validation code {self.reference}"


class Validation(models.Model):
    """One stay that a department pays for, in whole or in part. `number` is the stay's.

    It counts from when it is asked for; `released_at` is set if the stay was never paid for.
    """

    id = models.BigAutoField(primary_key=True)
    department = models.ForeignKey(Department, models.PROTECT, related_name="validations")
    code = models.ForeignKey(
        ValidationCode, models.PROTECT, null=True, blank=True, related_name="validations"
    )
    number = models.CharField(max_length=32)
    plate_text = models.CharField(max_length=32)
    plate_key = models.CharField(max_length=12)
    zone_code = models.CharField(max_length=24)
    minutes = models.PositiveIntegerField()
    net_minor = models.BigIntegerField()
    tax_minor = models.BigIntegerField()
    comment = models.CharField(max_length=200, blank=True)
    given_by = models.CharField(max_length=254, blank=True)
    given_at = models.DateTimeField()
    charge_reference = models.CharField(max_length=60, blank=True)
    released_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["number"], name="validation_once_a_stay"),
        ]
        indexes = [models.Index(fields=["department", "-given_at"], name="validation_by_dept")]

    def __str__(self) -> str:
        return f"Validation of {self.number}"
