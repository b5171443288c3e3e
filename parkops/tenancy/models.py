"""Tenants, their hosts, and the work promised to them: the only tables of the public schema."""

import uuid

from django.db import models
from django_tenants.models import DomainMixin, TenantMixin


class Tenant(TenantMixin):
    """One institution. `schema_name` is opaque and never made from what a person typed."""

    class Status(models.TextChoices):
        PROVISIONING = "provisioning", "Being set up"
        ACTIVE = "active", "Active"
        SUSPENDED = "suspended", "Suspended"

    auto_create_schema = False
    auto_drop_schema = False

    slug = models.CharField(max_length=40)
    name = models.CharField(max_length=200)
    status = models.CharField(max_length=16, choices=Status, default=Status.PROVISIONING)
    is_demonstration = models.BooleanField(default=False)
    # Copied from the programme in force, so that a page needs no query for them.
    timezone = models.CharField(max_length=64, default="UTC")
    currency = models.CharField(max_length=3, default="USD")
    locale = models.CharField(max_length=16, default="en-US")
    languages = models.JSONField(default=list)
    brand = models.CharField(max_length=7, default="#1d2733")
    brand_night = models.CharField(max_length=7, default="#dbe1e7")
    brand_mark = models.CharField(max_length=7, default="#f2b705")
    stripe_account = models.CharField(max_length=64, blank=True)
    # What the platform keeps of each card payment, in hundredths of a percent; and since when the provider
    # no longer lets us act for the account, if so.
    platform_fee_points = models.PositiveSmallIntegerField(default=0, db_default=0)
    cards_stopped_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["slug"], name="tenant_slug_unique")]

    def __str__(self) -> str:
        return self.slug


class Domain(DomainMixin):
    """A host name that leads to a tenant. The primary one is used in messages."""


class OutboxEntry(models.Model):
    """A task promised in the transaction that made it necessary; gone once it has run.

    The broker may lose a message; this row is the truth. `available_at` is when it may be sent again.
    """

    class State(models.TextChoices):
        WAITING = "waiting", "Waiting"
        DEAD = "dead", "Given up"

    id = models.BigAutoField(primary_key=True)
    schema_name = models.CharField(max_length=63)
    task = models.CharField(max_length=120)
    arguments = models.JSONField(default=dict)
    state = models.CharField(max_length=8, choices=State, default=State.WAITING)
    attempts = models.PositiveSmallIntegerField(default=0)
    created_at = models.DateTimeField()
    available_at = models.DateTimeField()
    last_error = models.TextField(blank=True)

    class Meta:
        indexes = [
            models.Index(
                fields=["available_at"],
                name="outbox_waiting",
                condition=models.Q(state="waiting"),
            ),
            models.Index(
                fields=["schema_name", "available_at"],
                name="outbox_waiting_by_tenant",
                condition=models.Q(state="waiting"),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.task} #{self.pk}"


class Rhythm(models.Model):
    """When a scheduled task last began, so that two beats do no more than one."""

    task = models.CharField(max_length=120, primary_key=True)
    begun_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.task


class OperatorLink(models.Model):
    """An address at which the operator sees how the platform does, until it expires or is revoked."""

    id = models.BigAutoField(primary_key=True)
    reference = models.UUIDField(default=uuid.uuid4, editable=False)
    name = models.CharField(max_length=80)
    made_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["reference"], name="operator_link_reference_unique")
        ]

    def __str__(self) -> str:
        return self.name


class SchemaPattern(models.Model):
    """The script that makes a new tenant's schema, written down when these migrations last made one."""

    id = models.BigAutoField(primary_key=True)
    digest = models.CharField(max_length=64)
    script = models.TextField()
    made_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["digest"], name="schema_pattern_digest_unique")
        ]

    def __str__(self) -> str:
        return self.digest
