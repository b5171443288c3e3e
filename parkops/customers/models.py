"""Who parks, with which vehicles, and what the office notes about it."""

import uuid
from datetime import datetime
from typing import Self

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.db.models.functions import Upper

from parkops.accounts.models import User


class Customer(models.Model):
    """A person or organization that parks here. `user` is set once the person signs in.

    `address` is what the office knows, never what the person says; who share its key share a household.
    Of one that is protected nothing but a seal of the key is kept (`households`).
    """

    id = models.BigAutoField(primary_key=True)
    reference = models.UUIDField(default=uuid.uuid4, editable=False)
    email = models.EmailField(max_length=254)
    name = models.CharField(max_length=200, blank=True)
    phone = models.CharField(max_length=40, blank=True)
    audiences = ArrayField(models.CharField(max_length=24), default=list, blank=True)
    address = models.CharField(max_length=300, blank=True)
    address_key = models.CharField(max_length=300, blank=True)
    is_address_protected = models.BooleanField(default=False)
    external_id = models.CharField(max_length=100, blank=True)
    language = models.CharField(max_length=16, blank=True)
    user = models.OneToOneField(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="customer"
    )
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(Upper("email"), name="customer_email_unique"),
            models.UniqueConstraint(fields=["reference"], name="customer_reference_unique"),
            models.UniqueConstraint(
                fields=["external_id"],
                name="customer_external_id_unique",
                condition=~models.Q(external_id=""),
            ),
        ]
        indexes = [
            models.Index(fields=["-created_at", "-id"], name="customer_newest"),
            # Any part of a name or an address is searched for, in capitals.
            GinIndex(
                OpClass(Upper("name"), "gin_trgm_ops"),
                OpClass(Upper("email"), "gin_trgm_ops"),
                name="customer_by_words",
                fastupdate=False,
            ),
        ]

    def __str__(self) -> str:
        return self.name or self.email


class VehicleQuerySet(models.QuerySet["Vehicle"]):
    """Filters over vehicles."""

    def held_at(self, at: datetime) -> Self:
        """Keep vehicles that were their customer's at `at`: added, not yet removed."""
        return self.filter(added_at__lte=at).exclude(removed_at__lte=at)

    def now(self) -> Self:
        """Keep vehicles that have not been removed."""
        return self.filter(removed_at__isnull=True)


class Vehicle(models.Model):
    """A vehicle that a customer holds, or held: a row is never reused for another time.

    `co2` is in grams a kilometer, `euro` its Euro emission class; None is not known, and 0 is a value.
    """

    id = models.BigAutoField(primary_key=True)
    reference = models.UUIDField(default=uuid.uuid4, editable=False)
    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="vehicles")
    plate_text = models.CharField(max_length=32)
    plate_key = models.CharField(max_length=12)
    region = models.CharField(max_length=16, blank=True)
    make = models.CharField(max_length=40, blank=True)
    model = models.CharField(max_length=40, blank=True)
    colour = models.CharField(max_length=30, blank=True)
    fuel = models.CharField(max_length=20, blank=True)
    co2 = models.PositiveSmallIntegerField(null=True, blank=True)
    euro = models.PositiveSmallIntegerField(null=True, blank=True)
    added_at = models.DateTimeField()
    removed_at = models.DateTimeField(null=True, blank=True)

    objects = VehicleQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["reference"], name="vehicle_reference_unique"),
            models.UniqueConstraint(
                fields=["customer", "plate_key", "region"],
                name="vehicle_once_a_customer",
                condition=models.Q(removed_at__isnull=True),
            ),
            models.CheckConstraint(
                condition=models.Q(removed_at__isnull=True)
                | models.Q(removed_at__gte=models.F("added_at")),
                name="vehicle_removed_after_added",
            ),
        ]
        indexes = [models.Index(fields=["plate_key", "added_at"], name="vehicle_by_plate")]

    def __str__(self) -> str:
        return f"{self.plate_text} #{self.pk}"


class RegisterEntry(models.Model):
    """A vehicle in the register that the office loaded last; all rows are replaced together."""

    id = models.BigAutoField(primary_key=True)
    plate_key = models.CharField(max_length=12)
    region = models.CharField(max_length=16, blank=True)
    keeper = models.CharField(max_length=200, blank=True)
    make = models.CharField(max_length=40, blank=True)
    model = models.CharField(max_length=40, blank=True)
    fuel = models.CharField(max_length=20, blank=True)
    co2 = models.PositiveSmallIntegerField(null=True, blank=True)
    euro = models.PositiveSmallIntegerField(null=True, blank=True)
    status = models.CharField(max_length=16)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["plate_key", "region"], name="register_entry_once_a_plate"
            )
        ]

    def __str__(self) -> str:
        return f"Register entry #{self.pk}"


class Note(models.Model):
    """What a member of staff wrote down about a customer. Never changed."""

    id = models.BigAutoField(primary_key=True)
    customer = models.ForeignKey(
        Customer, on_delete=models.PROTECT, related_name="notes", db_index=False
    )
    text = models.TextField()
    written_by = models.CharField(max_length=200)
    written_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["customer", "-written_at"], name="note_by_customer")]

    def __str__(self) -> str:
        return f"Note #{self.pk}"
