"""What is asked of a report again and again, under a name."""

import uuid

from django.db import models
from django.db.models.functions import Upper


class SavedFilter(models.Model):
    """The answers to a report's questions and its format, under a name; a period is kept as a word.

    It is its owner's, and the whole office's to see and run once it `is_shared`.
    """

    id = models.BigAutoField(primary_key=True)
    reference = models.UUIDField(default=uuid.uuid4, editable=False)
    name = models.CharField(max_length=80)
    report = models.CharField(max_length=40)
    parameters = models.JSONField(default=dict)
    format = models.CharField(max_length=5)
    is_shared = models.BooleanField(default=False)
    owner = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["reference"], name="saved_filter_reference_unique"),
            models.UniqueConstraint("owner", Upper("name"), name="saved_filter_name_once_an_owner"),
        ]

    def __str__(self) -> str:
        return self.name
