"""Who pays for others, the invoices that they get, and the reminders of these."""

from uuid import uuid4

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Upper


class AccountPayer(models.Model):
    """A department, an employer: who pays charges of others by invoice.

    What it pays too much is credit of `customer`, whose account it is. `terms_days` None is as the
    program says.
    """

    class Kind(models.TextChoices):
        DEPARTMENT = "department", "Department"
        EMPLOYER = "employer", "Employer"
        OTHER = "other", "Other"

    id = models.BigAutoField(primary_key=True)
    public_id = models.UUIDField(default=uuid4, editable=False)
    kind = models.CharField(max_length=10, choices=Kind)
    name = models.CharField(max_length=200)
    customer = models.ForeignKey(
        "customers.Customer", models.PROTECT, related_name="+", db_index=False
    )
    email = models.EmailField(max_length=254)
    address = models.CharField(max_length=500, blank=True)
    po_number = models.CharField(max_length=60, blank=True)
    terms_days = models.PositiveSmallIntegerField(null=True)
    is_monthly = models.BooleanField(default=True)
    created_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["public_id"], name="account_payer_public_id_unique"),
            models.UniqueConstraint(Upper("name"), name="account_payer_name_unique"),
            models.UniqueConstraint(fields=["customer"], name="account_payer_one_per_customer"),
        ]

    def __str__(self) -> str:
        return self.name


class Invoice(models.Model):
    """A numbered paper that asks a payer for chosen charges. What is owed of it is owed of its charges.

    It never changes: a wrong one is void by a credit note, and its charges can be invoiced anew. `run`
    names the monthly run that made it. While it is held, as when the payer disputes it, nobody is
    reminded.
    """

    id = models.BigAutoField(primary_key=True)
    public_id = models.UUIDField(default=uuid4, editable=False)
    number = models.CharField(max_length=24)
    reference = models.CharField(max_length=25)
    payer = models.ForeignKey(AccountPayer, models.PROTECT, related_name="invoices", db_index=False)
    name = models.CharField(max_length=200)
    email = models.CharField(max_length=254)
    address = models.CharField(max_length=500, blank=True)
    po_number = models.CharField(max_length=60, blank=True)
    run = models.CharField(max_length=7, blank=True)
    issued_on = models.DateField()
    due_on = models.DateField()
    issued_at = models.DateTimeField()
    issued_by = models.CharField(max_length=200)
    net_minor = models.BigIntegerField()
    tax_minor = models.BigIntegerField()
    paid_minor = models.BigIntegerField(default=0)
    sent_at = models.DateTimeField(null=True)
    held_at = models.DateTimeField(null=True)
    held_reason = models.CharField(max_length=300, blank=True)
    voided_at = models.DateTimeField(null=True)
    voided_by = models.CharField(max_length=200, blank=True)
    void_reason = models.CharField(max_length=300, blank=True)
    credit_note = models.CharField(max_length=24, null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["public_id"], name="invoice_public_id_unique"),
            models.UniqueConstraint(fields=["number"], name="invoice_number_unique"),
            models.UniqueConstraint(fields=["reference"], name="invoice_reference_unique"),
            models.UniqueConstraint(fields=["credit_note"], name="invoice_credit_note_unique"),
            models.UniqueConstraint(
                fields=["payer", "run"],
                name="invoice_one_per_payer_and_run",
                condition=~Q(run="") & Q(voided_at__isnull=True),
            ),
            models.CheckConstraint(
                condition=Q(paid_minor__gte=0)
                & Q(net_minor__gte=0)
                & Q(tax_minor__gte=0)
                & Q(paid_minor__lte=F("net_minor") + F("tax_minor")),
                name="invoice_asks_for_no_less_than_nothing",
            ),
            models.CheckConstraint(
                condition=Q(voided_at__isnull=True, credit_note__isnull=True)
                | Q(voided_at__isnull=False, credit_note__isnull=False),
                name="invoice_void_by_a_credit_note",
            ),
        ]
        indexes = [
            models.Index(fields=["payer", "-issued_on", "-id"], name="invoice_by_payer"),
            models.Index(
                fields=["due_on", "id"], name="invoice_live", condition=Q(voided_at__isnull=True)
            ),
        ]

    def __str__(self) -> str:
        return f"Invoice {self.number}"

    @property
    def gross_minor(self) -> int:
        """What its charges came to."""
        return self.net_minor + self.tax_minor

    @property
    def due_minor(self) -> int:
        """What it asked for: what its charges came to, less what had been paid of them."""
        return self.gross_minor - self.paid_minor


class InvoiceLine(models.Model):
    """A charge on an invoice, as it stood then. A charge is on one invoice at a time: those of void
    ones are not live."""

    id = models.BigAutoField(primary_key=True)
    invoice = models.ForeignKey(Invoice, models.PROTECT, related_name="lines", db_index=False)
    charge = models.ForeignKey(
        "payments.Charge", models.PROTECT, related_name="invoice_lines", db_index=False
    )
    place = models.PositiveSmallIntegerField()
    text = models.CharField(max_length=300)
    holder = models.CharField(max_length=200, blank=True)
    net_minor = models.BigIntegerField()
    tax_rate_ppm = models.PositiveIntegerField()
    tax_minor = models.BigIntegerField()
    paid_minor = models.BigIntegerField(default=0)
    is_live = models.BooleanField(default=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["charge"],
                name="invoice_line_one_live_per_charge",
                condition=Q(is_live=True),
            ),
            models.UniqueConstraint(fields=["invoice", "place"], name="invoice_line_place_unique"),
        ]
        indexes = [models.Index(fields=["charge"], name="invoice_line_by_charge")]

    def __str__(self) -> str:
        return f"{self.text} on invoice {self.invoice_id}"

    @property
    def gross_minor(self) -> int:
        """Net and tax."""
        return self.net_minor + self.tax_minor


class InvoiceReminder(models.Model):
    """A reminder that went out, each level once; `fee` is the charge for it, if one was raised."""

    id = models.BigAutoField(primary_key=True)
    invoice = models.ForeignKey(Invoice, models.PROTECT, related_name="reminders", db_index=False)
    level = models.PositiveSmallIntegerField()
    sent_at = models.DateTimeField()
    fee = models.ForeignKey("payments.Charge", models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["invoice", "level"], name="invoice_reminder_level_once")
        ]

    def __str__(self) -> str:
        return f"Reminder {self.level} of invoice {self.invoice_id}"
