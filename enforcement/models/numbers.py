"""The numbers of citations that devices hold, to write with where there is no signal."""

from django.db import models
from django.db.models import Q

from enforcement.models.citations import Citation
from enforcement.models.fields import ACTOR_REF, NAME, short_text


class AllottedNumber(models.Model):
    """A number of the tenant's series, with its PIN, that one officer may use on one device.

    It is open until a citation takes it, the device gives it back, or somebody records why it is
    spoiled. One given back is allotted again, so only the last allotment stands in its row; the
    audit log has those before.
    """

    id = models.BigAutoField(primary_key=True)
    number = models.CharField(max_length=40)
    pin = models.CharField(max_length=8)
    series = models.CharField(max_length=16)
    n = models.PositiveIntegerField()
    device = models.UUIDField()
    officer = models.CharField(max_length=NAME)
    officer_ref = models.CharField(max_length=ACTOR_REF)
    allotted_at = models.DateTimeField()
    citation = models.OneToOneField(
        Citation, on_delete=models.PROTECT, null=True, blank=True, related_name="allotted"
    )
    returned_at = models.DateTimeField(null=True, blank=True)
    spoiled_at = models.DateTimeField(null=True, blank=True)
    spoiled_reason = short_text(200)
    spoiled_by = short_text(NAME)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["number"], name="allotted_number_unique"),
            models.UniqueConstraint(fields=["series", "n"], name="allotted_number_place_unique"),
            models.CheckConstraint(
                condition=Q(citation__isnull=True)
                | Q(returned_at__isnull=True, spoiled_at__isnull=True),
                name="allotted_number_used_or_not",
            ),
            models.CheckConstraint(
                condition=Q(returned_at__isnull=True) | Q(spoiled_at__isnull=True),
                name="allotted_number_returned_or_spoiled",
            ),
            models.CheckConstraint(
                condition=Q(spoiled_at__isnull=True, spoiled_reason="")
                | Q(spoiled_at__isnull=False) & ~Q(spoiled_reason=""),
                name="allotted_number_spoiled_with_reason",
            ),
        ]
        indexes = [
            models.Index(
                fields=["device", "n"],
                name="allotted_number_open",
                condition=Q(
                    citation__isnull=True, returned_at__isnull=True, spoiled_at__isnull=True
                ),
            ),
            models.Index(
                fields=["series", "n"],
                name="allotted_number_stock",
                condition=Q(returned_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"Number {self.number}"
