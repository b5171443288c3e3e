"""What keeps the books: balances kept of past instants, and months that are closed."""

from django.db import models
from django.db.models import Q


class LedgerBalance(models.Model):
    """An account's balance from everything posted before an instant, kept so that none is added up again.

    The database drops it when something is posted before that instant (migration 0008).
    """

    id = models.BigAutoField(primary_key=True)
    account = models.ForeignKey(
        "payments.LedgerAccount", on_delete=models.PROTECT, related_name="+", db_index=False
    )
    before_at = models.DateTimeField()
    amount_minor = models.BigIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["before_at", "account"], name="ledger_balance_kept_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.account_id} before {self.before_at}: {self.amount_minor:+}"


class LedgerMonth(models.Model):
    """A month of the tenant's calendar that was closed: [begins_at, ends_at).

    Months close in order, so that everything before the last closed one's end is locked. `notes` are
    what stood open at the close and was no reason against it. Who asks to have it opened again says
    why (`reopen_reason`); somebody else lets it happen.
    """

    id = models.BigAutoField(primary_key=True)
    first_on = models.DateField()
    begins_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)
    closed_by_name = models.CharField(max_length=200)
    notes = models.JSONField(default=list)
    reopen_asked_at = models.DateTimeField(null=True)
    reopen_asked_name = models.CharField(max_length=200, blank=True, default="", db_default="")
    reopen_asked_ref = models.CharField(max_length=80, blank=True, default="", db_default="")
    reopen_reason = models.CharField(max_length=300, blank=True, default="", db_default="")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["first_on"], name="ledger_month_once"),
            models.CheckConstraint(
                condition=Q(ends_at__gt=models.F("begins_at")), name="ledger_month_has_days"
            ),
        ]
        indexes = [
            models.Index(
                fields=["ends_at"],
                name="ledger_month_closed",
                condition=Q(closed_at__isnull=False),
            )
        ]

    def __str__(self) -> str:
        return f"{self.first_on:%B %Y}"
