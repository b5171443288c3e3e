"""Questions that somebody put together and kept."""

import uuid
from typing import Self

from django.db import models
from django.db.models import Q
from django.db.models.functions import Cast

from parkops.accounts.models import User


class QuestionQuerySet(models.QuerySet["Question"]):
    """Questions, as far as somebody sees them."""

    def seen_by(self, ref: str, *, manages: bool) -> Self:
        """Keep the shared ones and those of `ref`, nobody's if it is empty; who manages staff sees those of who
        left too."""
        seen = Q(is_shared=True)
        if ref:
            seen |= Q(owner_ref=ref)
        if ref and manages:
            left = User.objects.filter(is_active=False)
            seen |= Q(owner_ref__in=left.values_list(Cast("pk", models.CharField()), flat=True))
        return self.filter(seen)


class Question(models.Model):
    """A question of somebody's own: `document` is what `questions.rules` reads.

    A shared one is seen by everybody in the office who may see what is in it; one of who left by those who manage
    staff.
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

    objects = QuestionQuerySet.as_manager()

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
