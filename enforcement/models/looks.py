"""Who of the staff looked at what is known of a plate, and why."""

import uuid

from django.db import models

from enforcement.models.fields import ACTOR_KIND, ACTOR_REF, KEY, NAME, PLATE, short_text


class PlateLook(models.Model):
    """Somebody looked up a plate in the records: who, when, where, and why if they were asked. A check
    where the car stands is a `PlateCheck`."""

    class Place(models.TextChoices):
        CITATIONS = "citations", "List of citations"
        CHECKS = "checks", "List of plate checks"
        READS = "reads", "List of camera reads"
        CUSTOMERS = "customers", "List of customers"
        SEARCH = "search", "Search"
        HISTORY = "history", "Who looked at this plate"
        API = "api", "API"
        PUBLIC = "public", "Public page"

    class Reason(models.TextChoices):
        APPEAL = "appeal", "An appeal or a complaint"
        CUSTOMER = "customer", "The owner asks"
        PAYMENT = "payment", "A payment or a refund"
        ENFORCEMENT = "enforcement", "Enforcement: boot, tow, hot list"
        REQUEST = "request", "A request in writing: police, court"
        OTHER = "other", "Something else"

    id = models.BigAutoField(primary_key=True)
    reference = models.UUIDField(default=uuid.uuid4)
    at = models.DateTimeField()
    place = models.CharField(max_length=10, choices=Place)
    actor_kind = models.CharField(max_length=ACTOR_KIND)
    actor_ref = short_text(ACTOR_REF)
    actor_name = models.CharField(max_length=NAME)
    plate_text = models.CharField(max_length=PLATE)
    plate_key = models.CharField(max_length=KEY)
    reason = short_text(12)
    words = short_text(200)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["reference"], name="plate_look_reference_unique")
        ]
        indexes = [
            models.Index(fields=["plate_key", "-at"], name="plate_look_by_plate"),
            models.Index(fields=["actor_kind", "actor_ref", "-at"], name="plate_look_by_person"),
        ]

    def __str__(self) -> str:
        return f"Look {self.reference}"
