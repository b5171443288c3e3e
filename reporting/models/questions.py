"""Questions that somebody put together and kept."""

import uuid

from django.db import models


class Question(models.Model):
    """A question of somebody's own: `document` is what `questions.rules` reads.

    A shared one is seen by everybody in the office who may see what is in it.
    """

    id = models.BigAutoField(primary_key=True)
    reference = models.UUIDField(default=uuid.uuid4, editable=False)
    name = models.CharField(max_length=120)
    document = models.JSONField()
    is_shared = models.BooleanField(default=False)
    owner_ref = models.CharField(max_length=40)
    owner_name = models.CharField(max_length=200)
    created_at = models.DateTimeField()
    changed_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["reference"], name="question_reference_unique"),
            models.UniqueConstraint(
                fields=["owner_ref", "name"], name="question_name_once_an_owner"
            ),
        ]
        indexes = [models.Index(fields=["owner_ref", "name", "id"], name="question_by_owner")]

    def __str__(self) -> str:
        return f"Question {self.reference}"
