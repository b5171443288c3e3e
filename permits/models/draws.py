"""Draws: the line of a sale's waiting room, and lotteries."""

import uuid

from django.db import models
from django.db.models import F, Q


class Draw(models.Model):
    """Many who want the same, put in order by a seed that was fixed before the first came.

    Tickets taken before `draws_at` are drawn then. In a waiting room later ones follow as they come:
    `last_number` is the last that was given out, `called` the last that had its turn, `sold_out_at`
    since when there is no place. A lottery is `settled_at` once all are in line and were told.
    """

    class Kind(models.TextChoices):
        """What it is for."""

        ROOM = "room"
        LOTTERY = "lottery"

    id = models.BigAutoField(primary_key=True)
    reference = models.UUIDField(default=uuid.uuid4, editable=False)
    kind = models.CharField(max_length=8, choices=Kind)
    type_code = models.CharField(max_length=24)
    type_key = models.CharField(max_length=48)
    opens_at = models.DateTimeField()
    draws_at = models.DateTimeField()
    seed = models.CharField(max_length=64)
    commitment = models.CharField(max_length=64)
    created_at = models.DateTimeField()
    drawn_at = models.DateTimeField(null=True, blank=True)
    last_number = models.PositiveIntegerField(default=0)
    called = models.PositiveIntegerField(default=0)
    sold_out_at = models.DateTimeField(null=True, blank=True)
    settled_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["reference"], name="draw_reference_unique"),
            models.UniqueConstraint(fields=["kind", "type_key", "draws_at"], name="draw_once"),
            models.CheckConstraint(
                condition=Q(called__lte=F("last_number")), name="draw_calls_known"
            ),
        ]
        indexes = [models.Index(fields=["-draws_at", "-id"], name="draw_newest")]

    def __str__(self) -> str:
        return f"Draw {self.kind} of {self.type_code}"


class Ticket(models.Model):
    """One customer in a draw. `drawn_as` is the drawn place and never changes; `number` the present
    place in the line. A turn runs from `called_at` to `turn_ends_at`, and brings `permit`. Whose it
    was is forgotten long after (`customer` is None); its `reference` stays what anybody can check."""

    id = models.BigAutoField(primary_key=True)
    reference = models.UUIDField(default=uuid.uuid4, editable=False)
    draw = models.ForeignKey(Draw, models.PROTECT, related_name="tickets", db_index=False)
    customer = models.ForeignKey(
        "customers.Customer", models.PROTECT, null=True, blank=True, related_name="tickets"
    )
    came_at = models.DateTimeField()
    drawn_as = models.PositiveIntegerField(null=True, blank=True)
    number = models.PositiveIntegerField(null=True, blank=True)
    called_at = models.DateTimeField(null=True, blank=True)
    turn_ends_at = models.DateTimeField(null=True, blank=True)
    left_at = models.DateTimeField(null=True, blank=True)
    permit = models.ForeignKey(
        "permits.Permit", models.PROTECT, null=True, blank=True, related_name="tickets"
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["reference"], name="ticket_reference_unique"),
            models.UniqueConstraint(fields=["draw", "customer"], name="ticket_once_a_customer"),
            models.UniqueConstraint(fields=["draw", "number"], name="ticket_number_once"),
            models.UniqueConstraint(fields=["draw", "drawn_as"], name="ticket_drawn_once"),
            models.CheckConstraint(
                condition=Q(called_at__isnull=True, turn_ends_at__isnull=True)
                | Q(called_at__isnull=False, turn_ends_at__gt=F("called_at")),
                name="ticket_turn_has_an_end",
            ),
        ]
        indexes = [
            models.Index(
                fields=["draw", "turn_ends_at"],
                condition=Q(turn_ends_at__isnull=False, permit__isnull=True, left_at__isnull=True),
                name="ticket_open_turns",
            ),
        ]

    def __str__(self) -> str:
        return f"Ticket {self.reference}"
