"""A document that a customer sends with a permit that needs approval."""

import uuid

from django.db import models


class PermitDocument(models.Model):
    """One file sent in for a permit: what it is meant to show, where it is kept, and for how long.

    `name` is what the sender's file was called, only to be shown. `file` is a name in the tenant's
    storage, empty once the file has been deleted at the end of its time.
    """

    class Form(models.TextChoices):
        PICTURE = "picture", "Picture"
        PDF = "pdf", "PDF"

    id = models.BigAutoField(primary_key=True)
    reference = models.UUIDField(default=uuid.uuid4, editable=False)
    permit = models.ForeignKey("permits.Permit", models.PROTECT, related_name="documents")
    kind = models.CharField(max_length=200, blank=True)
    name = models.CharField(max_length=120)
    form = models.CharField(max_length=8, choices=Form)
    file = models.CharField(max_length=200, blank=True)
    size_bytes = models.PositiveIntegerField()
    sent_at = models.DateTimeField()
    deleted_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["reference"], name="document_reference_unique"),
            models.CheckConstraint(
                condition=models.Q(deleted_at__isnull=True) ^ models.Q(file=""),
                name="document_file_until_deleted",
            ),
        ]
        indexes = [models.Index(fields=["permit", "sent_at"], name="document_by_permit")]

    def __str__(self) -> str:
        return f"Document {self.reference}"
