"""How the institution's own ledger is fed: its codes, what it was sent, and how it wants it."""

from django.db import models
from django.db.models import Q


class GlCode(models.Model):
    """One row of the mapping to the institution's own ledger, from a day on; see `rules.gl`.

    An empty code ends what held before.
    """

    id = models.BigAutoField(primary_key=True)
    account = models.ForeignKey(
        "payments.LedgerAccount", on_delete=models.PROTECT, related_name="+", db_index=False
    )
    zone_code = models.CharField(max_length=24, blank=True)
    item_code = models.CharField(max_length=40, blank=True)
    audience = models.CharField(max_length=24, blank=True)
    begins_on = models.DateField()
    code = models.CharField(max_length=40, blank=True)
    cost_center = models.CharField(max_length=40, blank=True)
    written_at = models.DateTimeField()
    written_name = models.CharField(max_length=200)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["account", "zone_code", "item_code", "audience", "begins_on"],
                name="gl_code_once_a_day",
            )
        ]

    def __str__(self) -> str:
        return f"{self.account_id} {self.zone_code} {self.item_code} {self.audience}: {self.code}"


class Bookkeeping(models.Model):
    """The one row that says how this tenant keeps its books.

    From the month of `accrues_from_on` on, what permits cost is earned by the days of their terms;
    left out, when it is sold. `columns` are those of the journal's CSV file, each [head, what].
    """

    id = models.BigAutoField(primary_key=True)
    only = models.BooleanField(default=True, editable=False)
    accrues_from_on = models.DateField(null=True)
    columns = models.JSONField(default=list)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["only"], name="bookkeeping_is_one"),
            models.CheckConstraint(condition=Q(only=True), name="bookkeeping_only"),
        ]

    def __str__(self) -> str:
        return "How the books are kept"


class LedgerExport(models.Model):
    """A batch of the journal handed to the institution's own ledger: its lines as they were handed over.

    Each line is [day, account, name, code, cost center, debit, credit, charges' kind], in minor units.
    """

    id = models.BigAutoField(primary_key=True)
    number = models.CharField(max_length=32)
    first_on = models.DateField()
    last_on = models.DateField()
    made_at = models.DateTimeField()
    made_name = models.CharField(max_length=200)
    lines = models.JSONField(default=list)
    transactions = models.PositiveIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["number"], name="ledger_export_number_unique")
        ]

    def __str__(self) -> str:
        return self.number


class ExportedTransaction(models.Model):
    """A transaction that a batch holds: no other does."""

    id = models.BigAutoField(primary_key=True)
    export = models.ForeignKey(LedgerExport, on_delete=models.CASCADE, related_name="held")
    transaction = models.ForeignKey(
        "payments.LedgerTransaction", on_delete=models.PROTECT, related_name="+", db_index=False
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["transaction"], name="ledger_transaction_exported_once")
        ]

    def __str__(self) -> str:
        return f"{self.export_id}: {self.transaction_id}"
