"""What is paid in instalments."""

from uuid import uuid4

from django.db import models
from django.db.models import Q


class PaymentPlan(models.Model):
    """A customer's plan, of the kind `scheme` as the program's version had it: what was agreed and how
    it stands. What is paid of it is what is paid of its charges; it keeps no sum of its own. `bought` is the
    reference of what is bought by it, if anything.

    `card` is the saved card that pays each part by itself, as agreed in the words of `consent`.
    """

    class State(models.TextChoices):
        ASKED = "asked", "To be decided"
        AGREED = "agreed", "Waits for its first part"
        RUNNING = "running", "Running"
        COMPLETED = "completed", "Paid"
        DEFAULTED = "defaulted", "Ended unpaid"
        DECLINED = "declined", "Declined"
        CANCELLED = "cancelled", "Ended by the office"

    id = models.BigAutoField(primary_key=True)
    public_id = models.UUIDField(default=uuid4, editable=False)
    number = models.CharField(max_length=24)
    customer = models.ForeignKey("customers.Customer", models.PROTECT, related_name="plans")
    scheme = models.CharField(max_length=24)
    bought = models.CharField(max_length=32, blank=True)
    programme_version = models.PositiveIntegerField()
    state = models.CharField(max_length=10, choices=State)
    count = models.PositiveSmallIntegerField()
    total_minor = models.BigIntegerField()
    waived_minor = models.BigIntegerField(default=0)
    asked_at = models.DateTimeField()
    asked_by = models.CharField(max_length=200)
    decided_at = models.DateTimeField(null=True, blank=True)
    decided_by = models.CharField(max_length=200, blank=True)
    reason = models.CharField(max_length=300, blank=True)
    began_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    put_off = models.PositiveSmallIntegerField(default=0)
    reinstated = models.PositiveSmallIntegerField(default=0)
    card = models.ForeignKey(
        "payments.SavedCard", models.PROTECT, null=True, blank=True, related_name="plans"
    )
    consent = models.TextField(blank=True)
    consented_at = models.DateTimeField(null=True, blank=True)
    card_failure = models.CharField(max_length=300, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["public_id"], name="plan_public_id_unique"),
            models.UniqueConstraint(fields=["number"], name="plan_number_unique"),
            models.UniqueConstraint(
                fields=["customer", "scheme", "bought"],
                condition=Q(state__in=["asked", "agreed", "running"]),
                name="plan_one_open_of_a_kind",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["asked", "agreed", "running"], ended_at__isnull=True)
                | (~Q(state__in=["asked", "agreed", "running"]) & Q(ended_at__isnull=False)),
                name="plan_ended_when_it_is_over",
            ),
            models.CheckConstraint(condition=Q(total_minor__gt=0), name="plan_over_something"),
        ]
        indexes = [
            models.Index(fields=["state", "-id"], name="plan_by_state"),
            models.Index(fields=["customer", "-id"], name="plan_by_customer"),
        ]

    def __str__(self) -> str:
        return f"Plan {self.number}"


class PlanCharge(models.Model):
    """A charge in a plan: what it came in with, and what had been paid of it before. `is_open` while the
    plan runs; a charge is in one running plan at most."""

    id = models.BigAutoField(primary_key=True)
    plan = models.ForeignKey(PaymentPlan, models.PROTECT, related_name="charges")
    charge = models.ForeignKey("payments.Charge", models.PROTECT, related_name="plans")
    place = models.PositiveSmallIntegerField()
    owed_minor = models.BigIntegerField()
    paid_before_minor = models.BigIntegerField()
    is_open = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["plan", "charge"], name="plan_charge_once"),
            models.UniqueConstraint(
                fields=["charge"], condition=Q(is_open=True), name="plan_charge_in_one_running"
            ),
        ]

    def __str__(self) -> str:
        return f"Charge {self.charge_id} of plan {self.plan_id}"


class Instalment(models.Model):
    """A part of a plan: how much until when."""

    id = models.BigAutoField(primary_key=True)
    plan = models.ForeignKey(PaymentPlan, models.PROTECT, related_name="instalments")
    place = models.PositiveSmallIntegerField()
    due_on = models.DateField()
    amount_minor = models.BigIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["plan", "place"], name="instalment_place_unique"),
            models.CheckConstraint(condition=Q(amount_minor__gt=0), name="instalment_above_zero"),
        ]

    def __str__(self) -> str:
        return f"Instalment {self.place} of plan {self.plan_id}"


class PlanDocument(models.Model):
    """A file that shows that somebody may have a plan; forgotten some time after it was decided."""

    id = models.BigAutoField(primary_key=True)
    reference = models.UUIDField(default=uuid4, editable=False)
    plan = models.ForeignKey(PaymentPlan, models.PROTECT, related_name="documents")
    kind = models.CharField(max_length=200)
    name = models.CharField(max_length=120)
    form = models.CharField(max_length=8)
    file = models.CharField(max_length=200, blank=True)
    sent_at = models.DateTimeField()
    deleted_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["reference"], name="plan_document_reference_unique"),
            models.CheckConstraint(
                condition=Q(deleted_at__isnull=True) ^ Q(file=""),
                name="plan_document_file_until_deleted",
            ),
        ]

    def __str__(self) -> str:
        return f"Document {self.reference}"
