"""The tenant's programme: its versions, its draft, the events declared, the series of its numbers."""

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


class Draft(models.Model):
    """A programme being written: a whole document, which may be unfinished. One is open at a time.

    `revision` counts what was saved; `touched` tells for each part the revision that changed it
    last, by whom and when, so that two people who edit different parts do not get in each other's way.
    `meant` are the findings that somebody said are meant: part, code, text, reason, by whom, when.
    """

    class State(models.TextChoices):
        """Open until it becomes a version or is given up."""

        OPEN = "open"
        PUBLISHED = "published"
        DISCARDED = "discarded"

    id = models.BigAutoField(primary_key=True)
    state = models.CharField(max_length=12, choices=State.choices, default=State.OPEN)
    based_on = models.PositiveIntegerField()
    document = models.JSONField()
    revision = models.PositiveIntegerField(default=1)
    touched = models.JSONField(default=dict)
    meant = models.JSONField(default=list, blank=True)
    started_at = models.DateTimeField()
    started_by = models.CharField(max_length=200)
    saved_at = models.DateTimeField()
    saved_by = models.CharField(max_length=200)
    published_as = models.PositiveIntegerField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["state"], condition=models.Q(state="open"), name="programme_draft_one_open"
            ),
            models.CheckConstraint(
                condition=models.Q(state="published") ^ models.Q(published_as__isnull=True),
                name="programme_draft_published_as_a_version",
            ),
        ]

    def __str__(self) -> str:
        return f"Draft from version {self.based_on}"


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
