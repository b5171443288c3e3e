"""Calendars that a customer's own calendar program reads."""

from django.db import models


class CalendarLink(models.Model):
    """An address that nobody guesses, at which a customer's dates are read; only its secret's hash is kept."""

    id = models.BigAutoField(primary_key=True)
    customer = models.ForeignKey("customers.Customer", on_delete=models.PROTECT, related_name="+")
    secret_hash = models.CharField(max_length=64)
    made_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["secret_hash"], name="calendar_link_secret_unique"),
            models.UniqueConstraint(
                fields=["customer"],
                condition=models.Q(revoked_at__isnull=True),
                name="calendar_link_one_a_customer",
            ),
        ]

    def __str__(self) -> str:
        return f"calendar of {self.customer_id}"
