"""The tenant's programme: its versions, the events declared, and the series of its numbers."""

from django.db import models


class Version(models.Model):
    """One version of the programme, in force from `begins_at` until the next. Never changed or removed.

    `begins_at` is empty for the first, which also holds for every earlier instant.
    """

    id = models.BigAutoField(primary_key=True)
    number = models.PositiveIntegerField()
    document = models.JSONField()
    digest = models.CharField(max_length=64)
    begins_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField()
    created_by = models.CharField(max_length=200)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["number"], name="programme_version_number_unique"),
            models.CheckConstraint(
                condition=models.Q(begins_at__isnull=False) | models.Q(number=1),
                name="programme_version_only_first_has_no_beginning",
            ),
        ]
        indexes = [models.Index(fields=["-begins_at", "-number"], name="programme_in_force")]

    def __str__(self) -> str:
        return f"Program version {self.number}"


class Declaration(models.Model):
    """An event of the programme that is on, such as a snow emergency: [begins_at, ends_at)."""

    id = models.BigAutoField(primary_key=True)
    event_code = models.CharField(max_length=24)
    begins_at = models.DateTimeField()
    ends_at = models.DateTimeField(null=True, blank=True)
    declared_by = models.CharField(max_length=200)
    declared_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(ends_at__isnull=True)
                | models.Q(ends_at__gt=models.F("begins_at")),
                name="declaration_ends_after_it_begins",
            )
        ]
        indexes = [models.Index(fields=["event_code", "begins_at"], name="declaration_by_event")]

    def __str__(self) -> str:
        return f"{self.event_code} from {self.begins_at:%Y-%m-%d %H:%M}"


class Series(models.Model):
    """The last number given out under a prefix in a year."""

    name = models.CharField(max_length=16, primary_key=True)
    last = models.PositiveBigIntegerField()

    def __str__(self) -> str:
        return f"{self.name} {self.last}"
