"""A permit: somebody's right to park, from the cart to its end."""

from datetime import datetime
from typing import Self

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Upper

from permits.rules.status import Life, Status, pauses, status_at


class PermitQuerySet(models.QuerySet["Permit"]):
    """Filters over permits; each follows `rules.status.status_at`."""

    def with_status(self, status: Status, at: datetime) -> Self:
        """Keep permits of `status` now, `at` being now or later than everything recorded."""
        return self.filter(status_q(status, at))

    def current_at(self, at: datetime) -> Self:
        """Keep permits that are held, pending, scheduled, active or suspended at `at`."""
        return self.filter(current_q(at))


class Permit(models.Model):
    """One permit of one customer. Its status follows from its instants; nothing stores it.

    `paid_at` is from when it counts as paid: the start of a permit sold for an earlier time.
    `address_key` is the household that it counts for, as known when it was sold.
    `places` are those that it holds now, in its type's quota and in shared ones (`rules.quotas`).
    `lapsed_at` is when its unpaid hold was given up, `pay_until` until when a renewal sent out waits
    for its money, `ended_at` when its end was noticed and its place freed.
    `suspended_until` is when a suspension ends by itself; `credited_*` is what was given back for
    time suspended; `carried_*` what was paid for the permit that it `replaces` by a switch and
    counts towards this one, whose own price is for the time from `value_begins_at`;
    `proof_due_by` is until when the proof of one approved for a while has to come;
    `coupon_minor` is what its `coupon` took off its price, before tax;
    `reminded_days` how many days before its end the last reminder was for.
    """

    class Channel(models.TextChoices):
        """Where it was sold."""

        PORTAL = "portal"
        OFFICE = "office"
        API = "api"

    id = models.BigAutoField(primary_key=True)
    number = models.CharField(max_length=32)
    type_code = models.CharField(max_length=24)
    type_key = models.CharField(max_length=48)
    customer = models.ForeignKey("customers.Customer", models.PROTECT, related_name="permits")
    address_key = models.CharField(max_length=300, blank=True)
    audience = models.CharField(max_length=24, blank=True)
    programme_version = models.PositiveIntegerField()
    channel = models.CharField(max_length=8, choices=Channel)
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    net_minor = models.BigIntegerField()
    tax_minor = models.BigIntegerField()
    deposit_minor = models.BigIntegerField(default=0)
    price_lines = models.JSONField(default=list)
    coupon = models.ForeignKey(
        "Coupon", models.PROTECT, null=True, blank=True, related_name="permits", db_index=False
    )
    coupon_minor = models.BigIntegerField(default=0)
    places = ArrayField(models.CharField(max_length=72), default=list, blank=True)
    sold_at = models.DateTimeField()
    recorded_at = models.DateTimeField()
    is_backdated = models.BooleanField(default=False)
    hold_expires_at = models.DateTimeField(null=True, blank=True)
    pay_until = models.DateTimeField(null=True, blank=True)
    is_checkout_open = models.BooleanField(default=False)
    lapsed_at = models.DateTimeField(null=True, blank=True)
    paid_at = models.DateTimeField(null=True, blank=True)
    needs_approval = models.BooleanField(default=False)
    approved_at = models.DateTimeField(null=True, blank=True)
    proof_due_by = models.DateTimeField(null=True, blank=True)
    cancelled_at = models.DateTimeField(null=True, blank=True)
    cancel_reason = models.TextField(blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)
    revoke_reason = models.TextField(blank=True)
    appeal_note = models.TextField(blank=True)
    suspended_at = models.DateTimeField(null=True, blank=True)
    suspended_until = models.DateTimeField(null=True, blank=True)
    suspensions = models.JSONField(default=list)
    credited_net_minor = models.BigIntegerField(default=0)
    credited_tax_minor = models.BigIntegerField(default=0)
    reminded_days = models.PositiveSmallIntegerField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    hangtag = models.CharField(max_length=24, blank=True)
    renews = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="renewals"
    )
    replaces = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="replacements"
    )
    value_begins_at = models.DateTimeField(null=True, blank=True)
    carried_net_minor = models.BigIntegerField(default=0)
    carried_tax_minor = models.BigIntegerField(default=0)

    objects = PermitQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["number"], name="permit_number_unique"),
            models.CheckConstraint(
                condition=Q(ends_at__gt=F("starts_at")), name="permit_ends_after_start"
            ),
            models.CheckConstraint(
                condition=Q(net_minor__gte=0, tax_minor__gte=0, deposit_minor__gte=0),
                name="permit_price_not_negative",
            ),
            models.UniqueConstraint(
                fields=["type_key", "hangtag"],
                condition=~Q(hangtag="") & Q(ended_at__isnull=True),
                name="permit_hangtag_once",
            ),
            models.UniqueConstraint(
                fields=["renews"],
                condition=Q(cancelled_at__isnull=True, lapsed_at__isnull=True),
                name="permit_renewed_once",
            ),
            models.UniqueConstraint(
                fields=["replaces"],
                condition=Q(cancelled_at__isnull=True, lapsed_at__isnull=True),
                name="permit_switched_once",
            ),
        ]
        indexes = [
            # For what a search types: a beginning is found in any collation by these opclasses.
            models.Index(
                fields=["number"], opclasses=["varchar_pattern_ops"], name="permit_by_number"
            ),
            models.Index(Upper("hangtag"), condition=~Q(hangtag=""), name="permit_by_hangtag"),
            models.Index(fields=["customer", "-id"], name="permit_by_customer"),
            models.Index(fields=["ends_at", "id"], name="permit_by_end"),
            models.Index(fields=["type_key", "-id"], name="permit_by_type"),
            models.Index(
                fields=["address_key", "type_key"],
                condition=~Q(address_key="") & Q(ended_at__isnull=True),
                name="permit_by_address",
            ),
            models.Index(
                fields=["hold_expires_at"],
                condition=Q(paid_at__isnull=True, ended_at__isnull=True),
                name="permit_open_holds",
            ),
            models.Index(
                fields=["paid_at"],
                condition=Q(needs_approval=True, approved_at__isnull=True, ended_at__isnull=True),
                name="permit_to_approve",
            ),
            models.Index(
                fields=["proof_due_by"],
                condition=Q(proof_due_by__isnull=False, ended_at__isnull=True),
                name="permit_proof_due",
            ),
            models.Index(fields=["paid_at"], name="permit_by_paid"),
            models.Index(
                fields=["coupon", "customer"],
                condition=Q(coupon__isnull=False),
                name="permit_by_coupon",
            ),
        ]

    def __str__(self) -> str:
        return f"Permit {self.number}"

    @property
    def life(self) -> Life:
        """What happened to it and when, as the rules take it."""
        return Life(
            starts_at=self.starts_at,
            ends_at=self.ends_at,
            hold_expires_at=self.hold_expires_at,
            paid_at=self.paid_at,
            needs_approval=self.needs_approval,
            approved_at=self.approved_at,
            cancelled_at=self.cancelled_at,
            revoked_at=self.revoked_at,
            suspensions=pauses(self.suspensions),
        )

    def status_at(self, at: datetime) -> Status:
        """Return the status at the instant `at`."""
        return status_at(self.life, at)


def current_q(at: datetime) -> Q:
    """Return the condition of permits that take a place at `at`."""
    return _standing(at) & (
        Q(paid_at__lte=at, ends_at__gt=at) | (_unpaid(at) & Q(hold_expires_at__gt=at))
    )


def status_q(status: Status, at: datetime) -> Q:
    """Return the condition of permits of `status` at `at`, which is now."""
    paid = _standing(at) & Q(paid_at__lte=at, ends_at__gt=at)
    waits = Q(needs_approval=True) & (Q(approved_at__isnull=True) | Q(approved_at__gt=at))
    suspended = Q(suspended_at__lte=at) & (
        Q(suspended_until__isnull=True) | Q(suspended_until__gt=at)
    )
    return {
        Status.REVOKED: Q(revoked_at__lte=at),
        Status.CANCELLED: Q(cancelled_at__lte=at) & _not_revoked(at),
        Status.HELD: _standing(at) & _unpaid(at) & Q(hold_expires_at__gt=at),
        Status.EXPIRED: _standing(at)
        & (Q(paid_at__lte=at, ends_at__lte=at) | (_unpaid(at) & Q(hold_expires_at__lte=at))),
        Status.PENDING: paid & waits,
        Status.SUSPENDED: paid & ~waits & suspended,
        Status.SCHEDULED: paid & ~waits & _not_suspended(at) & Q(starts_at__gt=at),
        Status.ACTIVE: paid & ~waits & _not_suspended(at) & Q(starts_at__lte=at),
    }[status]


def _not_suspended(at: datetime) -> Q:
    return Q(suspended_at__isnull=True) | Q(suspended_at__gt=at) | Q(suspended_until__lte=at)


def _not_revoked(at: datetime) -> Q:
    return Q(revoked_at__isnull=True) | Q(revoked_at__gt=at)


def _standing(at: datetime) -> Q:
    return _not_revoked(at) & (Q(cancelled_at__isnull=True) | Q(cancelled_at__gt=at))


def _unpaid(at: datetime) -> Q:
    return Q(paid_at__isnull=True) | Q(paid_at__gt=at)
