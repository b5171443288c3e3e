"""What is owed, and by whom."""

from typing import Self
from uuid import uuid4

from django.db import models
from django.db.models import F, Q


class ChargeQuerySet(models.QuerySet["Charge"]):
    """Ways to choose charges."""

    def unsettled(self) -> Self:
        """Keep charges of which something is owed."""
        return self.filter(settled_at__isnull=True)

    def of(self, *, customer_id: int | None = None, plate_keys: tuple[str, ...] = ()) -> Self:
        """Keep charges to this customer or to any of these plates that no other payer has on account."""
        wanted = Q(pk__in=[])
        if customer_id is not None:
            wanted |= Q(customer_id=customer_id)
        if plate_keys:
            wanted |= Q(plate_key__in=plate_keys)
        return self.filter(wanted, payer__isnull=True)


class Charge(models.Model):
    """One thing that somebody owes: a permit, a citation, a fee. `reference` names it to people.

    The amount is net and tax, plus a late fee, less a discount and what was written off, as they stood;
    `payments.queries` gives them as of an instant. `raised_*` keep the first net and tax, `tax_rate_ppm`
    the share that the tax was, in millionths, `adjusted_*` the parts of net and tax that staff added or
    took off. Who has it on account, if anybody, is its `payer`; the customer stays. `planned_at` is when
    the payment plan began that it is in now. Its zone, its permit type or violation (`item_code`) and the
    audience it was sold to are as known when it was raised: by them it is booked (`rules.gl`).
    """

    class Kind(models.TextChoices):
        PERMIT = "permit", "Permit"
        DEPOSIT = "deposit", "Deposit"
        CITATION = "citation", "Citation"
        FEE = "fee", "Fee"
        SESSION = "session", "Parking session"
        BOOT = "boot", "Boot"
        TOW = "tow", "Tow"
        STORAGE = "storage", "Storage"
        GIFT = "gift", "Gift certificate"

    id = models.BigAutoField(primary_key=True)
    public_id = models.UUIDField(default=uuid4, editable=False)
    kind = models.CharField(max_length=10, choices=Kind)
    reference = models.CharField(max_length=60)
    customer = models.ForeignKey(
        "customers.Customer",
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
        db_index=False,
    )
    plate_key = models.CharField(max_length=12, blank=True)
    payer = models.ForeignKey(
        "payments.AccountPayer", models.PROTECT, null=True, related_name="charges", db_index=False
    )
    text = models.CharField(max_length=300)
    lines = models.JSONField(default=list)
    revenue = models.CharField(max_length=8)
    zone_code = models.CharField(max_length=24, blank=True, default="", db_default="")
    item_code = models.CharField(max_length=40, blank=True, default="", db_default="")
    audience = models.CharField(max_length=24, blank=True, default="", db_default="")
    raised_net_minor = models.BigIntegerField()
    raised_tax_minor = models.BigIntegerField()
    tax_rate_ppm = models.PositiveIntegerField(null=True)
    net_minor = models.BigIntegerField()
    tax_minor = models.BigIntegerField()
    late_fee_minor = models.BigIntegerField(default=0)
    discount_minor = models.BigIntegerField(default=0)
    written_off_minor = models.BigIntegerField(default=0, db_default=0)
    adjusted_net_minor = models.BigIntegerField(default=0, db_default=0)
    adjusted_tax_minor = models.BigIntegerField(default=0, db_default=0)
    amount_minor = models.BigIntegerField()
    paid_minor = models.BigIntegerField(default=0)
    due_on = models.DateField(null=True)
    raised_at = models.DateTimeField()
    paused_at = models.DateTimeField(null=True)
    planned_at = models.DateTimeField(null=True)
    settled_at = models.DateTimeField(null=True)
    postings = models.PositiveIntegerField(default=0)

    objects = ChargeQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["public_id"], name="charge_public_id_unique"),
            models.UniqueConstraint(fields=["kind", "reference"], name="charge_one_per_subject"),
            models.CheckConstraint(
                condition=Q(net_minor__gte=0)
                & Q(tax_minor__gte=0)
                & Q(late_fee_minor__gte=0)
                & Q(discount_minor__gte=0)
                & Q(written_off_minor__gte=0),
                name="charge_parts_not_below_zero",
            ),
            models.CheckConstraint(
                condition=Q(
                    amount_minor=F("net_minor")
                    + F("tax_minor")
                    + F("late_fee_minor")
                    - F("discount_minor")
                    - F("written_off_minor")
                ),
                name="charge_amount_is_the_sum_of_its_parts",
            ),
            models.CheckConstraint(
                condition=Q(paid_minor__gte=0) & Q(paid_minor__lte=F("amount_minor")),
                name="charge_paid_within_amount",
            ),
            models.CheckConstraint(
                condition=Q(settled_at__isnull=False, paid_minor=F("amount_minor"))
                | Q(settled_at__isnull=True, paid_minor__lt=F("amount_minor")),
                name="charge_settled_when_nothing_is_owed",
            ),
        ]
        indexes = [
            models.Index(
                fields=["customer", "id"],
                name="charge_by_customer",
                condition=Q(customer__isnull=False),
            ),
            models.Index(
                fields=["payer", "id"],
                name="charge_by_payer",
                condition=Q(payer__isnull=False),
            ),
            models.Index(
                fields=["plate_key", "id"], name="charge_by_plate", condition=~Q(plate_key="")
            ),
            models.Index(
                fields=["kind", "due_on", "id"],
                name="charge_owed",
                condition=Q(settled_at__isnull=True),
            ),
        ]

    def __str__(self) -> str:
        return f"Charge {self.kind} {self.reference}"

    @property
    def is_paused(self) -> bool:
        """Whether it is owed but never overdue: its clock stands, or it is paid in instalments."""
        return self.paused_at is not None or self.planned_at is not None

    @property
    def adjusted_minor(self) -> int:
        """What staff added to it, below zero what they took off."""
        return self.adjusted_net_minor + self.adjusted_tax_minor

    @property
    def balance_minor(self) -> int:
        """What is owed of the amount as last looked at."""
        return self.amount_minor - self.paid_minor
