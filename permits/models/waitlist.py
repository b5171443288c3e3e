"""The line for a permit type that is sold out."""

import uuid

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q


class WaitlistEntry(models.Model):
    """One customer's place in line for a permit type. An open offer holds a place of the quota.

    The line goes by `priority`, the highest first, and then by `seat`, which is the time of joining
    in microseconds until somebody is moved. `rank` orders a customer's choices of one group.
    `wanted` is how many places are waited for; `places` those held, of an offer or gathered since
    `gathering_at` until there are enough. `skip_code` says why a free place went by since
    `skipped_at`, empty while none did; `note` tells the person what was last done to their place.
    Sentences are kept in English, with how they were made in `said`.
    """

    class Status(models.TextChoices):
        """What became of it."""

        WAITING = "waiting"
        OFFERED = "offered"
        ACCEPTED = "accepted"
        LAPSED = "lapsed"
        WITHDRAWN = "withdrawn"

    id = models.BigAutoField(primary_key=True)
    reference = models.UUIDField(default=uuid.uuid4, editable=False)
    type_code = models.CharField(max_length=24)
    type_key = models.CharField(max_length=48)
    customer = models.ForeignKey("customers.Customer", models.PROTECT, related_name="waits")
    status = models.CharField(max_length=9, choices=Status, default=Status.WAITING)
    joined_at = models.DateTimeField()
    priority = models.SmallIntegerField(default=0)
    seat = models.BigIntegerField()
    rank = models.PositiveSmallIntegerField(default=1)
    wanted = models.PositiveSmallIntegerField(default=1)
    places = ArrayField(models.CharField(max_length=72), default=list, blank=True)
    gathering_at = models.DateTimeField(null=True, blank=True)
    offered_at = models.DateTimeField(null=True, blank=True)
    offer_expires_at = models.DateTimeField(null=True, blank=True)
    reminded_at = models.DateTimeField(null=True, blank=True)
    lapses = models.PositiveSmallIntegerField(default=0)
    skip_code = models.CharField(max_length=40, blank=True)
    skip_reason = models.TextField(blank=True)
    skipped_at = models.DateTimeField(null=True, blank=True)
    note = models.TextField(blank=True)
    purge_told_at = models.DateTimeField(null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)
    close_reason = models.TextField(blank=True)
    said = models.JSONField(default=dict)
    permit = models.ForeignKey(
        "permits.Permit", models.PROTECT, null=True, blank=True, related_name="offers"
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["reference"], name="waitlist_reference_unique"),
            models.UniqueConstraint(
                fields=["type_key", "customer"],
                condition=Q(status__in=["waiting", "offered"]),
                name="waitlist_once_a_customer",
            ),
            models.CheckConstraint(
                condition=~Q(status="offered") | Q(offer_expires_at__isnull=False),
                name="waitlist_offer_has_an_end",
            ),
            models.CheckConstraint(condition=Q(wanted__gte=1), name="waitlist_wants_a_place"),
        ]
        indexes = [
            models.Index(
                F("type_key"),
                F("priority").desc(),
                F("seat"),
                F("id"),
                condition=Q(status="waiting"),
                name="waitlist_line",
            ),
            models.Index(
                fields=["offer_expires_at"],
                condition=Q(status="offered"),
                name="waitlist_open_offers",
            ),
            models.Index(fields=["customer", "-id"], name="waitlist_by_customer"),
        ]

    def __str__(self) -> str:
        return f"Waitlist of {self.type_code}, {self.customer_id}"
