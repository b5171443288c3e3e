"""What is kept of every picture."""

import uuid

from django.db import models


class KeptPicture(models.Model):
    """A picture: `shown` has no metadata, `original` is as it came, as evidence."""

    id = models.BigAutoField(primary_key=True)
    reference = models.UUIDField(default=uuid.uuid4)
    shown = models.CharField(max_length=120)
    shown_sha256 = models.CharField(max_length=64)
    original = models.CharField(max_length=120)
    original_sha256 = models.CharField(max_length=64)
    original_type = models.CharField(max_length=40)
    width = models.PositiveIntegerField()
    height = models.PositiveIntegerField()
    added_at = models.DateTimeField()

    class Meta:
        abstract = True
