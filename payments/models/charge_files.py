"""Charges that go out to payroll or to student accounts as a file, and what came back."""

from django.db import models
from django.db.models import F, Q


class ChargeAccount(models.Model):
    """A customer's account at payroll or at the student accounts, that they agreed to be charged on."""

    class Kind(models.TextChoices):
        PAYROLL = "payroll", "Payroll"
        STUDENT = "student", "Student account"

    id = models.BigAutoField(primary_key=True)
    customer = models.ForeignKey("customers.Customer", models.PROTECT, related_name="+")
    kind = models.CharField(max_length=8, choices=Kind)
    number = models.CharField(max_length=40)
    consented_at = models.DateTimeField()
    recorded_by = models.CharField(max_length=200)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["customer", "kind"],
                name="charge_account_one_per_customer_and_kind",
                condition=Q(ended_at__isnull=True),
            )
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.number}"


class ChargeFileColumns(models.Model):
    """What the columns are called in the files for payroll or for student accounts. `sent` are those that
    go out, each [what, head], in order; `answered` those of the answer. Without a row: the usual ones."""

    id = models.BigAutoField(primary_key=True)
    kind = models.CharField(max_length=8, choices=ChargeAccount.Kind)
    sent = models.JSONField(default=list)
    answered = models.JSONField(default=list)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["kind"], name="charge_file_columns_once_a_kind")
        ]

    def __str__(self) -> str:
        return f"Columns of files for {self.get_kind_display()}"


class ChargeBatch(models.Model):
    """Charges sent in one file. It is settled once the bank shows the transfer for what was accepted."""

    id = models.BigAutoField(primary_key=True)
    number = models.CharField(max_length=24)
    kind = models.CharField(max_length=8, choices=ChargeAccount.Kind)
    made_at = models.DateTimeField()
    made_by = models.CharField(max_length=200)
    answered_at = models.DateTimeField(null=True)
    settled_at = models.DateTimeField(null=True)
    bank_line = models.OneToOneField(
        "payments.BankLine", models.PROTECT, null=True, related_name="charge_batch"
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["number"], name="charge_batch_number_unique")
        ]

    def __str__(self) -> str:
        return f"Charge file {self.number}"


class ChargeBatchRow(models.Model):
    """A charge in a file, and what became of it. A charge waits for the answer of one file at a time."""

    class State(models.TextChoices):
        SENT = "sent", "Sent"
        ACCEPTED = "accepted", "Accepted"
        PARTIAL = "partial", "Accepted in part"
        REFUSED = "refused", "Refused"

    id = models.BigAutoField(primary_key=True)
    batch = models.ForeignKey(ChargeBatch, models.PROTECT, related_name="rows", db_index=False)
    place = models.PositiveIntegerField()
    charge = models.ForeignKey("payments.Charge", models.PROTECT, related_name="file_rows")
    account_number = models.CharField(max_length=40)
    name = models.CharField(max_length=200)
    asked_minor = models.BigIntegerField()
    state = models.CharField(max_length=8, choices=State, default=State.SENT)
    accepted_minor = models.BigIntegerField(default=0)
    reason = models.CharField(max_length=300, blank=True)
    payment = models.ForeignKey(
        "payments.Payment", models.PROTECT, null=True, related_name="file_rows"
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["batch", "place"], name="charge_batch_row_place_unique"
            ),
            models.UniqueConstraint(
                fields=["charge"], name="charge_batch_row_one_sent", condition=Q(state="sent")
            ),
            models.CheckConstraint(
                condition=Q(asked_minor__gt=0)
                & Q(accepted_minor__gte=0)
                & Q(accepted_minor__lte=F("asked_minor")),
                name="charge_batch_row_accepts_no_more_than_asked",
            ),
        ]

    def __str__(self) -> str:
        return f"Row {self.place} of charge file {self.batch_id}"
