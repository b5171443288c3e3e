"""How many places of a permit type are taken."""

from django.db import models
from django.db.models import F, Q


class Quota(models.Model):
    """The places of a permit type, or of a quota that types share, in one term: permits that stand,
    holds and open offers.

    `taken` is changed only by a conditional UPDATE, so it cannot pass `capacity`. `term` is the
    first day of a fixed term, a local day for types of days and hours, empty for rolling ones.
    """

    id = models.BigAutoField(primary_key=True)
    type_key = models.CharField(max_length=56)
    term = models.CharField(max_length=24, blank=True)
    capacity = models.PositiveIntegerField()
    taken = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["type_key", "term"], name="quota_once_a_term"),
            models.CheckConstraint(
                condition=Q(taken__lte=F("capacity"), taken__gte=0), name="quota_never_oversold"
            ),
        ]

    def __str__(self) -> str:
        return f"Quota of {self.type_key} {self.term}: {self.taken} of {self.capacity}"
