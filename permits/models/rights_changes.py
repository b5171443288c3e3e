"""What those who keep a copy of the rights have to read anew."""

from django.db import models
from django.db.models.functions import Now


class RightsChange(models.Model):
    """A plate (or a hangtag's number) of which something was written: its rights, or what officers are
    told of it. Appended only, pruned when old.

    `transaction` is the number that the database gave the transaction that wrote it: whoever has
    seen all transactions before a number asks for the changes from that number on, and misses none
    that was still being written.
    """

    id = models.BigAutoField(primary_key=True)
    transaction = models.BigIntegerField()
    plate_key = models.CharField(max_length=24)
    recorded_at = models.DateTimeField(db_default=Now())

    class Meta:
        indexes = [
            models.Index(fields=["transaction"], name="rights_change_in_order"),
            models.Index(fields=["recorded_at"], name="rights_change_by_age"),
        ]

    def __str__(self) -> str:
        return f"{self.plate_key} changed by transaction {self.transaction}"
