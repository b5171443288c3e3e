"""What the bank says came and went: statements, and their lines, each once."""

from uuid import uuid4

from django.db import models
from django.db.models import Q


class BankStatement(models.Model):
    """One account's statement out of a bank's file, as it was read. `refused` says of which entries
    nothing was booked, and why."""

    id = models.BigAutoField(primary_key=True)
    public_id = models.UUIDField(default=uuid4, editable=False)
    file_name = models.CharField(max_length=200)
    form = models.CharField(max_length=10)
    name = models.CharField(max_length=120, blank=True)
    account = models.CharField(max_length=40)
    currency = models.CharField(max_length=3)
    opening_minor = models.BigIntegerField(null=True)
    closing_minor = models.BigIntegerField(null=True)
    begins_on = models.DateField(null=True)
    ends_on = models.DateField(null=True)
    new_lines = models.PositiveIntegerField(default=0)
    known_lines = models.PositiveIntegerField(default=0)
    pending_lines = models.PositiveIntegerField(default=0)
    refused = models.JSONField(default=list)
    imported_at = models.DateTimeField()
    imported_by = models.CharField(max_length=200)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["public_id"], name="bank_statement_public_id_unique")
        ]
        indexes = [models.Index(fields=["-imported_at", "-id"], name="bank_statement_newest")]

    def __str__(self) -> str:
        return f"Statement {self.name} of {self.account}"


class BankLine(models.Model):
    """One booked entry of the bank's: above zero what came, below what went. The ledger has each since
    it was read, between the bank and what is to be looked into; `state` says what became of that.
    """

    class State(models.TextChoices):
        OPEN = "open", "To be looked at"
        MATCHED = "matched", "Matched"
        ASIDE = "aside", "Kept aside"
        BACK = "back", "To be sent back"
        BOOKED = "booked", "Booked"

    id = models.BigAutoField(primary_key=True)
    public_id = models.UUIDField(default=uuid4, editable=False)
    statement = models.ForeignKey(BankStatement, models.PROTECT, related_name="lines")
    account = models.CharField(max_length=40)
    bank_reference = models.CharField(max_length=120)
    booked_on = models.DateField()
    valued_on = models.DateField(null=True)
    amount_minor = models.BigIntegerField()
    party = models.CharField(max_length=200, blank=True)
    party_account = models.CharField(max_length=40, blank=True)
    reference = models.CharField(max_length=60, blank=True)
    end_to_end = models.CharField(max_length=60, blank=True)
    text = models.CharField(max_length=1000, blank=True)
    is_return = models.BooleanField(default=False)
    returns = models.CharField(max_length=120, blank=True)
    state = models.CharField(max_length=8, choices=State, default=State.OPEN)
    payment = models.ForeignKey(
        "payments.Payment", models.PROTECT, null=True, related_name="bank_lines"
    )
    refund = models.ForeignKey(
        "payments.Refund", models.PROTECT, null=True, related_name="bank_lines"
    )
    transfer = models.ForeignKey(
        "payments.Transfer", models.PROTECT, null=True, related_name="lines"
    )
    counterpart = models.ForeignKey("self", models.PROTECT, null=True, related_name="+")
    booked_to = models.CharField(max_length=8, blank=True)
    note = models.CharField(max_length=300, blank=True)
    decided_at = models.DateTimeField(null=True)
    decided_by = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["public_id"], name="bank_line_public_id_unique"),
            models.UniqueConstraint(fields=["account", "bank_reference"], name="bank_line_once"),
            models.CheckConstraint(condition=~Q(amount_minor=0), name="bank_line_moves_something"),
            models.CheckConstraint(
                condition=Q(state="open", decided_at__isnull=True)
                | (~Q(state="open") & Q(decided_at__isnull=False)),
                name="bank_line_decided_when_not_open",
            ),
        ]
        indexes = [
            models.Index(fields=["-booked_on", "-id"], name="bank_line_newest"),
            models.Index(
                fields=["booked_on", "id"], name="bank_line_open", condition=Q(state="open")
            ),
        ]

    def __str__(self) -> str:
        return f"Bank line {self.bank_reference} of {self.account}"
