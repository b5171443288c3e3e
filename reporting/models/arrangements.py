"""How each person arranged their dashboards."""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models


class Arrangement(models.Model):
    """What a person put on a desk, in order; without one the desk is as its role begins with."""

    id = models.BigAutoField(primary_key=True)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    desk = models.CharField(max_length=16)
    pieces = ArrayField(models.CharField(max_length=32))
    changed_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user", "desk"], name="arrangement_one_a_desk")
        ]

    def __str__(self) -> str:
        return f"{self.desk} of {self.user_id}"
