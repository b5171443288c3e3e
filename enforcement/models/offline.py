"""Copies of the rights on officers' devices, for hours without a network."""

from django.db import models

from enforcement.models.fields import ACTOR_REF, NAME
from enforcement.models.shifts import Shift


class OfflineCopy(models.Model):
    """A copy on an officer's device. Plates stand in it under digests made with `key`, which is kept
    for one shift, or for a day of an officer without one."""

    id = models.BigAutoField(primary_key=True)
    device = models.UUIDField()
    officer_ref = models.CharField(max_length=ACTOR_REF)
    officer = models.CharField(max_length=NAME)
    shift = models.ForeignKey(Shift, models.SET_NULL, null=True, blank=True, related_name="copies")
    key = models.BinaryField(max_length=32)
    made_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["officer_ref", "device"], name="offline_copy_once")
        ]
        indexes = [models.Index(fields=["made_at"], name="offline_copy_by_age")]

    def __str__(self) -> str:
        return f"Copy on {self.device}"
