"""Codes that take something off the price of a permit."""

import uuid
from decimal import Decimal

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q


class Coupon(models.Model):
    """A code that takes a share (`basis_points`, each 0.01 %) or an amount off a permit's price, before tax.

    What it takes off never changes: prices are made again from it. It is used by the permits that bear
    it (`queries.coupons.used_q`). No `types`: every type; no `audiences`: everybody; no `last_on`: until
    it is switched off; no `uses`, no `per_customer`: as often as they like.
    """

    id = models.BigAutoField(primary_key=True)
    reference = models.UUIDField(default=uuid.uuid4, editable=False)
    code = models.CharField(max_length=24)
    key = models.CharField(max_length=24)
    name = models.CharField(max_length=120)
    basis_points = models.PositiveSmallIntegerField(null=True, blank=True)
    amount_minor = models.BigIntegerField(null=True, blank=True)
    types = ArrayField(models.CharField(max_length=24), default=list, blank=True)
    audiences = ArrayField(models.CharField(max_length=24), default=list, blank=True)
    first_on = models.DateField()
    last_on = models.DateField(null=True, blank=True)
    uses = models.PositiveIntegerField(null=True, blank=True)
    per_customer = models.PositiveIntegerField(null=True, blank=True)
    made_at = models.DateTimeField()
    made_by = models.CharField(max_length=200)
    switched_off_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["reference"], name="coupon_reference_unique"),
            models.UniqueConstraint(fields=["key"], name="coupon_key_unique"),
            models.CheckConstraint(
                condition=Q(basis_points__gt=0, basis_points__lte=10_000, amount_minor__isnull=True)
                | Q(basis_points__isnull=True, amount_minor__gt=0),
                name="coupon_takes_something_off",
            ),
            models.CheckConstraint(
                condition=Q(last_on__isnull=True) | Q(last_on__gte=F("first_on")),
                name="coupon_ends_after_it_begins",
            ),
        ]

    def __str__(self) -> str:
        return f"Coupon {self.code}"

    @property
    def percent(self) -> Decimal | None:
        """The share that it takes off, in percent."""
        return None if self.basis_points is None else Decimal(self.basis_points) / 100
