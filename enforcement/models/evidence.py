"""The chain of evidence."""

from django.db import models

from enforcement.models.fields import short_text


class EvidenceLink(models.Model):
    """One link of the tenant's chain: the hash of a record, tied to the link before. The database
    refuses every change of one and every deletion.

    `reference` names the record (a citation's number, that of its void or reopening, from the second on
    with which one it is, a photo's id), `citation_number` the citation that it belongs to.
    """

    class Kind(models.TextChoices):
        CITATION = "citation", "Citation"
        PHOTO = "photo", "Photo"
        VOID = "void", "Void"
        REOPENED = "reopened", "Void taken back"

    id = models.BigAutoField(primary_key=True)
    sequence = models.PositiveBigIntegerField()
    kind = models.CharField(max_length=10, choices=Kind)
    reference = models.CharField(max_length=40)
    citation_number = short_text(40)
    digest = models.CharField(max_length=64)
    previous = models.CharField(max_length=64)
    hash = models.CharField(max_length=64)
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["sequence"], name="evidence_link_in_order"),
            models.UniqueConstraint(fields=["kind", "reference"], name="evidence_link_once"),
            models.UniqueConstraint(fields=["previous"], name="evidence_link_one_after_each"),
        ]
        indexes = [models.Index(fields=["citation_number"], name="evidence_link_by_citation")]

    def __str__(self) -> str:
        return f"Evidence {self.sequence}"
