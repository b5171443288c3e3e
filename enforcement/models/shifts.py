"""Officers at work."""

from django.db import models
from django.db.models import Q

from enforcement.models.beats import Beat
from enforcement.models.fields import ACTOR_REF, NAME


class Shift(models.Model):
    """An officer at work on a beat: [began_at, ended_at), open while the end is empty."""

    id = models.BigAutoField(primary_key=True)
    officer_ref = models.CharField(max_length=ACTOR_REF)
    officer = models.CharField(max_length=NAME)
    beat = models.ForeignKey(
        Beat, on_delete=models.PROTECT, null=True, blank=True, related_name="shifts"
    )
    began_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["officer_ref"],
                condition=Q(ended_at__isnull=True),
                name="shift_one_open_an_officer",
            ),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True) | Q(ended_at__gte=models.F("began_at")),
                name="shift_ends_after_it_begins",
            ),
        ]
        indexes = [models.Index(fields=["-began_at", "-id"], name="shift_newest")]

    def __str__(self) -> str:
        return f"Shift of {self.officer} from {self.began_at:%Y-%m-%d %H:%M}"
