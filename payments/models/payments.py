"""Money taken, and which charges it went to."""

from typing import TYPE_CHECKING
from uuid import uuid4

from django.db import models
from django.db.models import F, Q

if TYPE_CHECKING:
    from payments.models.gateway import Dispute
    from payments.models.refunds import Refund


class Payment(models.Model):
    """One taking of money, or an attempt at it by a provider. `number` stands on the receipt.

    `amount_minor` is what is kept: what was handed over less the change. Of it, allocations hold
    what went to charges, `credit_minor` what is free, `refunded_minor` what went or goes back,
    `disputed_minor` what a bank took back.

    `reference` is what the way of paying is known by elsewhere: the slip of the terminal, the number of a
    check, the account of a department. Several ways of one taking share `taking`, and the receipt.
    What was paid in a former system `brought_for` a charge was never taken here.
    """

    class Method(models.TextChoices):
        CASH = "cash", "Cash"
        CHEQUE = "cheque", "Check"
        CARD = "card", "Card"
        TERMINAL = "terminal", "Card at the terminal"
        ACCOUNT = "account", "Department or payroll"
        BANK = "bank", "Bank transfer"
        GIFT = "gift", "Gift certificate"
        GOODS = "goods", "Goods"
        OTHER = "other", "Other"

    class State(models.TextChoices):
        CREATED = "created", "Being started"
        OPEN = "open", "Money is awaited"
        FAILED = "failed", "Failed"
        EXPIRED = "expired", "Expired"
        CANCELLED = "cancelled", "Cancelled"
        NEEDS_REVIEW = "needs_review", "Needs a look"
        SUCCEEDED = "succeeded", "Paid"
        BOUNCED = "bounced", "Bounced"

    id = models.BigAutoField(primary_key=True)
    public_id = models.UUIDField(default=uuid4, editable=False)
    number = models.CharField(max_length=24)
    method = models.CharField(max_length=8, choices=Method)
    state = models.CharField(max_length=12, choices=State)
    amount_minor = models.BigIntegerField()
    handed_over_minor = models.BigIntegerField()
    change_minor = models.BigIntegerField(default=0)
    credit_minor = models.BigIntegerField(default=0)
    refunded_minor = models.BigIntegerField(default=0)
    disputed_minor = models.BigIntegerField(default=0)
    currency = models.CharField(max_length=3)
    customer = models.ForeignKey(
        "customers.Customer",
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
        db_index=False,
    )
    payer = models.CharField(max_length=200, blank=True)
    email = models.CharField(max_length=254, blank=True)
    drawer = models.ForeignKey("payments.Drawer", on_delete=models.PROTECT, null=True)
    taken_by = models.CharField(max_length=200)
    created_at = models.DateTimeField()
    succeeded_at = models.DateTimeField(null=True)
    request_key = models.CharField(max_length=64, null=True)
    reference = models.CharField(max_length=64, blank=True, db_default="")
    taking = models.UUIDField(null=True)
    gift = models.ForeignKey(
        "payments.GiftCertificate", on_delete=models.PROTECT, null=True, related_name="payments"
    )
    drive = models.ForeignKey(
        "payments.GoodsDrive", on_delete=models.PROTECT, null=True, related_name="payments"
    )
    pieces = models.PositiveIntegerField(null=True)
    brought_for = models.ForeignKey(
        "payments.Charge", on_delete=models.PROTECT, null=True, related_name="brought"
    )

    # By a provider only: its name, and what it was asked and told.
    provider = models.CharField(max_length=20, blank=True, db_default="")
    idempotency_key = models.CharField(max_length=120, null=True)
    account = models.CharField(max_length=64, blank=True)
    session_id = models.CharField(max_length=120, null=True)
    intent_id = models.CharField(max_length=120, blank=True)
    redirect_url = models.TextField(blank=True)
    return_path = models.CharField(max_length=500, blank=True)
    return_token = models.CharField(max_length=300, blank=True)
    expires_at = models.DateTimeField(null=True)
    card = models.CharField(max_length=60, blank=True)
    failure = models.CharField(max_length=300, blank=True)
    fee_minor = models.BigIntegerField(null=True)
    platform_fee_minor = models.BigIntegerField(default=0, db_default=0)
    saved_card = models.ForeignKey(
        "payments.SavedCard", on_delete=models.PROTECT, null=True, related_name="payments"
    )

    # Read with it by `queries.payments`.
    parts: list["Allocation"]
    given_back: list["Refund"]
    taken_back: list["Dispute"]

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["public_id"], name="payment_public_id_unique"),
            models.UniqueConstraint(fields=["number"], name="payment_number_unique"),
            models.UniqueConstraint(fields=["idempotency_key"], name="payment_key_unique"),
            models.UniqueConstraint(fields=["session_id"], name="payment_session_unique"),
            models.UniqueConstraint(fields=["request_key"], name="payment_request_once"),
            models.CheckConstraint(
                condition=Q(amount_minor__gt=0)
                & Q(change_minor__gte=0)
                & Q(amount_minor=F("handed_over_minor") - F("change_minor")),
                name="payment_keeps_what_was_handed_over_less_change",
            ),
            models.CheckConstraint(
                condition=Q(credit_minor__gte=0)
                & Q(refunded_minor__gte=0)
                & Q(disputed_minor__gte=0)
                & Q(
                    amount_minor__gte=F("credit_minor") + F("refunded_minor") + F("disputed_minor")
                ),
                name="payment_gives_back_no_more_than_it_took",
            ),
            models.CheckConstraint(
                condition=(~Q(provider="") & Q(idempotency_key__isnull=False))
                | (Q(provider="", idempotency_key__isnull=True) & ~Q(method="card")),
                name="payment_by_a_provider_has_a_key",
            ),
        ]
        indexes = [
            models.Index(fields=["-created_at", "-id"], name="payment_newest"),
            models.Index(
                fields=["customer", "-created_at"],
                name="payment_by_customer",
                condition=Q(customer__isnull=False),
            ),
            models.Index(
                fields=["created_at"],
                name="payment_at_the_card_page",
                condition=Q(state__in=["created", "open"]),
            ),
            models.Index(
                fields=["taking"], name="payment_by_taking", condition=Q(taking__isnull=False)
            ),
            models.Index(
                fields=["intent_id"], name="payment_by_intent", condition=~Q(intent_id="")
            ),
        ]

    def __str__(self) -> str:
        return f"Payment {self.number}"

    @property
    def refundable_minor(self) -> int:
        """What is left to give back."""
        if self.state != self.State.SUCCEEDED:
            return 0
        return self.amount_minor - self.refunded_minor - self.disputed_minor


class Allocation(models.Model):
    """What of a payment goes to a charge: what was asked for, what went, what came free again."""

    id = models.BigAutoField(primary_key=True)
    payment = models.ForeignKey(Payment, on_delete=models.PROTECT, related_name="allocations")
    charge = models.ForeignKey(
        "payments.Charge", on_delete=models.PROTECT, related_name="allocations"
    )
    place = models.PositiveSmallIntegerField()
    asked_minor = models.BigIntegerField()
    amount_minor = models.BigIntegerField(default=0)
    released_minor = models.BigIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["payment", "charge"], name="allocation_one_per_payment_and_charge"
            ),
            models.CheckConstraint(
                condition=Q(asked_minor__gte=0)
                & Q(amount_minor__gte=0)
                & Q(released_minor__gte=0)
                & Q(released_minor__lte=F("amount_minor")),
                name="allocation_releases_no_more_than_it_holds",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.amount_minor} of payment {self.payment_id} to charge {self.charge_id}"

    @property
    def held_minor(self) -> int:
        """What still counts toward the charge."""
        return self.amount_minor - self.released_minor
