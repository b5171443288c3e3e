"""What else than money and cards is taken: gift certificates, and goods that a drive collects."""

from uuid import uuid4

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q


class GiftCertificate(models.Model):
    """A code worth money here: sold (its charge has its number) or given away; used up in parts.

    It counts once it `is_live`: its charge is paid. `left_minor` is what can still be used.
    """

    id = models.BigAutoField(primary_key=True)
    public_id = models.UUIDField(default=uuid4, editable=False)
    number = models.CharField(max_length=24)
    code = models.CharField(max_length=24)
    amount_minor = models.BigIntegerField()
    left_minor = models.BigIntegerField()
    expires_on = models.DateField(null=True, blank=True)
    is_live = models.BooleanField(default=False)
    text = models.CharField(max_length=200, blank=True)
    made_at = models.DateTimeField()
    made_by = models.CharField(max_length=200)
    blocked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["public_id"], name="gift_public_id_unique"),
            models.UniqueConstraint(fields=["number"], name="gift_number_unique"),
            models.UniqueConstraint(fields=["code"], name="gift_code_unique"),
            models.CheckConstraint(
                condition=Q(amount_minor__gt=0)
                & Q(left_minor__gte=0)
                & Q(left_minor__lte=F("amount_minor")),
                name="gift_used_within_its_amount",
            ),
        ]

    def __str__(self) -> str:
        return f"Gift certificate {self.number}"


class GoodsDrive(models.Model):
    """A collection of goods that pay charges: "one tin = 1.00", for charges of some kinds, between two
    days, and at most so much of each charge."""

    id = models.BigAutoField(primary_key=True)
    code = models.CharField(max_length=24)
    name = models.CharField(max_length=120)
    piece = models.CharField(max_length=60)
    worth_minor = models.BigIntegerField()
    most_minor = models.BigIntegerField(null=True, blank=True)
    kinds = ArrayField(models.CharField(max_length=10), default=list)
    first_on = models.DateField()
    last_on = models.DateField()
    made_at = models.DateTimeField()
    made_by = models.CharField(max_length=200)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["code"], name="drive_code_unique"),
            models.CheckConstraint(
                condition=Q(worth_minor__gt=0)
                & (Q(most_minor__isnull=True) | Q(most_minor__gt=0))
                & Q(last_on__gte=F("first_on")),
                name="drive_is_worth_something",
            ),
        ]

    def __str__(self) -> str:
        return f"Drive {self.code}"
