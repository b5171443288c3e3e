"""Proofs that cure a citation: a placard that was there and not displayed."""

import uuid

from django.db import models
from django.db.models import Q

from enforcement.models.citations import Citation
from enforcement.models.fields import ACTOR_REF, NAME, short_text


class CureProof(models.Model):
    """Somebody shows what the violation asks for (`proof`, in the program's words), by a picture or at the
    counter; accepted, the citation is dismissed. The picture is deleted some time after the decision."""

    id = models.BigAutoField(primary_key=True)
    reference = models.UUIDField(default=uuid.uuid4)
    citation = models.ForeignKey(Citation, on_delete=models.PROTECT, related_name="proofs")
    proof = models.CharField(max_length=200)
    text = models.TextField(blank=True, default="", db_default="")
    name = models.CharField(max_length=NAME)
    email = short_text(254)
    language = short_text(12)
    filed_at = models.DateTimeField()
    shown = short_text(120)
    original = short_text(120)
    original_sha256 = short_text(64)
    decided_at = models.DateTimeField(null=True, blank=True)
    decided_by_name = short_text(NAME)
    decided_by_ref = short_text(ACTOR_REF)
    is_accepted = models.BooleanField(null=True, blank=True)
    answer = models.TextField(blank=True, default="", db_default="")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["reference"], name="cure_proof_reference_unique"),
            models.UniqueConstraint(
                fields=["citation"],
                condition=Q(decided_at__isnull=True),
                name="cure_proof_one_open",
            ),
            models.CheckConstraint(
                condition=Q(decided_at__isnull=True, is_accepted__isnull=True)
                | Q(decided_at__isnull=False, is_accepted__isnull=False),
                name="cure_proof_decided_with_answer",
            ),
        ]
        indexes = [
            models.Index(
                fields=["filed_at"],
                name="cure_proof_waiting",
                condition=Q(decided_at__isnull=True),
            )
        ]

    def __str__(self) -> str:
        return f"Proof {self.reference}"
