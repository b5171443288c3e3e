"""Cash and checks taken to the bank."""

from django.db import models
from django.db.models import Q


class Deposit(models.Model):
    """What went to the bank in one bag, under the number on its slip.

    `pieces` are the cash by [denomination, how many], empty for a plain total.
    """

    id = models.BigAutoField(primary_key=True)
    number = models.CharField(max_length=24)
    cash_minor = models.BigIntegerField()
    cheques_minor = models.BigIntegerField()
    pieces = models.JSONField(default=list)
    bag = models.CharField(max_length=60, blank=True)
    made_at = models.DateTimeField()
    made_by = models.CharField(max_length=200)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["number"], name="deposit_number_unique"),
            models.CheckConstraint(
                condition=Q(cash_minor__gte=0, cheques_minor__gte=0)
                & (Q(cash_minor__gt=0) | Q(cheques_minor__gt=0)),
                name="deposit_of_something",
            ),
        ]
        indexes = [models.Index(fields=["-made_at", "-id"], name="deposit_newest")]

    @property
    def total_minor(self) -> int:
        """What the bank is to book."""
        return self.cash_minor + self.cheques_minor

    def __str__(self) -> str:
        return f"Deposit {self.number}"


class DepositItem(models.Model):
    """One thing that a deposit is made of, each deposited once: a drawer's takings, a drop to the safe,
    or a check."""

    id = models.BigAutoField(primary_key=True)
    deposit = models.ForeignKey(Deposit, on_delete=models.PROTECT, related_name="items")
    drawer = models.OneToOneField(
        "payments.Drawer", on_delete=models.PROTECT, null=True, related_name="deposited"
    )
    movement = models.OneToOneField(
        "payments.DrawerMovement", on_delete=models.PROTECT, null=True, related_name="deposited"
    )
    payment = models.OneToOneField(
        "payments.Payment", on_delete=models.PROTECT, null=True, related_name="deposited"
    )
    amount_minor = models.BigIntegerField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(drawer__isnull=False, movement__isnull=True, payment__isnull=True)
                | Q(drawer__isnull=True, movement__isnull=False, payment__isnull=True)
                | Q(drawer__isnull=True, movement__isnull=True, payment__isnull=False),
                name="deposit_item_is_one_thing",
            )
        ]

    def __str__(self) -> str:
        return f"{self.amount_minor} of deposit {self.deposit_id}"
