"""What came of proving the books."""

from django.db import models


class LedgerProof(models.Model):
    """One time that every balance was made from its entries again, and every charge from its rules.

    `found` holds the first differences, each a `payments.queries.proof.Difference`; `differences`
    counts all. `set_aside` says how many charges could not be made again, by why.
    """

    id = models.BigAutoField(primary_key=True)
    as_of_at = models.DateTimeField()
    milliseconds = models.PositiveIntegerField()
    entries = models.PositiveBigIntegerField()
    charges = models.PositiveBigIntegerField()
    payments = models.PositiveBigIntegerField()
    differences = models.PositiveBigIntegerField()
    found = models.JSONField(default=list)
    set_aside = models.JSONField(default=dict)
    asked_by = models.CharField(max_length=200)

    class Meta:
        indexes = [models.Index(fields=["-as_of_at", "-id"], name="ledger_proof_newest")]

    def __str__(self) -> str:
        return f"Proof of {self.as_of_at:%Y-%m-%d %H:%M}"
