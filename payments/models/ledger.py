"""The ledger: accounts, transactions that balance, entries that nobody changes."""

from django.db import models


class LedgerAccount(models.Model):
    """One account of the chart; `code` is what people and programs call it."""

    class Kind(models.TextChoices):
        ASSET = "asset", "Asset"
        LIABILITY = "liability", "Liability"
        REVENUE = "revenue", "Revenue"
        EXPENSE = "expense", "Expense"

    code = models.CharField(max_length=8, primary_key=True)
    name = models.CharField(max_length=80)
    kind = models.CharField(max_length=10, choices=Kind)

    def __str__(self) -> str:
        return f"{self.code} {self.name}"


class LedgerTransaction(models.Model):
    """One movement of money. `source` names what it posts, so that nothing is posted twice."""

    id = models.BigAutoField(primary_key=True)
    source = models.CharField(max_length=120)
    text = models.CharField(max_length=300)
    posted_at = models.DateTimeField()
    posted_by = models.CharField(max_length=200)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["source"], name="ledger_transaction_source_unique")
        ]

    def __str__(self) -> str:
        return self.source


class LedgerEntry(models.Model):
    """One line of a transaction: a debit is above zero, a credit below; never zero.

    `posted_at` repeats the transaction's, so that a balance at an instant reads one table.
    """

    id = models.BigAutoField(primary_key=True)
    transaction = models.ForeignKey(
        LedgerTransaction, on_delete=models.PROTECT, related_name="entries"
    )
    account = models.ForeignKey(
        LedgerAccount, on_delete=models.PROTECT, related_name="entries", db_index=False
    )
    amount_minor = models.BigIntegerField()
    charge = models.ForeignKey(
        "payments.Charge", on_delete=models.PROTECT, null=True, related_name="entries"
    )
    customer = models.ForeignKey(
        "customers.Customer",
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
        db_index=False,
    )
    posted_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=~models.Q(amount_minor=0), name="ledger_entry_moves_something"
            )
        ]
        indexes = [
            models.Index(
                fields=["account", "posted_at", "id"],
                include=["amount_minor"],
                name="ledger_entry_by_account",
            ),
            models.Index(
                fields=["customer", "account"],
                name="ledger_entry_by_customer",
                condition=models.Q(customer__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.account_id} {self.amount_minor:+}"
