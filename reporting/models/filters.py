"""What is asked of a report again and again, under a name."""

import uuid
from typing import Self

from django.db import models
from django.db.models import Q
from django.db.models.functions import Upper

from parkops.accounts.models import User
from parkops.kernel.permissions import Permission


class SavedFilterQuerySet(models.QuerySet["SavedFilter"]):
    """Saved filters, as far as somebody sees them."""

    def seen_by(self, user: User) -> Self:
        """Keep somebody's own and those that are shared; who manages staff sees those of people who left too."""
        seen = Q(owner=user) | Q(is_shared=True)
        if user.may(Permission.STAFF_MANAGE):
            seen |= Q(owner__is_active=False)
        return self.filter(seen)


class SavedFilter(models.Model):
    """The answers to a report's questions and its format, under a name; a period is kept as a word.

    It is its owner's, and the whole office's to see and run once it `is_shared`. Once its owner left, it is those
    people's who manage staff.
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

    objects = SavedFilterQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["reference"], name="saved_filter_reference_unique"),
            models.UniqueConstraint("owner", Upper("name"), name="saved_filter_name_once_an_owner"),
        ]

    def __str__(self) -> str:
        return self.name
