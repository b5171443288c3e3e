"""What was brought over from files, one row for each import."""

from django.db import models

CITATIONS, COUNTS = "citations", "counts"
"""What an import brings."""


class ImportBatch(models.Model):
    """One file brought over: its lines, what became of them, and whether it was undone.

    Of `lines` each was imported, was `known` from an earlier import, was `repeated` in the file, or
    was refused. Its citations name it in `imported_batch`; once undone it has none.
    """

    id = models.BigAutoField(primary_key=True)
    kind = models.CharField(max_length=20)
    file_name = models.CharField(max_length=200)
    file_sha256 = models.CharField(max_length=64)
    mapping_name = models.CharField(max_length=20)
    mapping = models.JSONField()
    lines = models.BigIntegerField()
    imported = models.BigIntegerField()
    known = models.BigIntegerField()
    repeated = models.BigIntegerField()
    refused = models.BigIntegerField()
    made_at = models.DateTimeField()
    made_by = models.CharField(max_length=200)
    undone_at = models.DateTimeField(null=True, blank=True)
    undone_by = models.CharField(max_length=200, blank=True, default="", db_default="")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(
                    lines=models.F("imported")
                    + models.F("known")
                    + models.F("repeated")
                    + models.F("refused")
                ),
                name="import_batch_accounts_for_every_line",
            ),
            models.CheckConstraint(
                condition=models.Q(undone_at__isnull=True) ^ ~models.Q(undone_by=""),
                name="import_batch_undone_at_and_by_together",
            ),
        ]

    def __str__(self) -> str:
        return f"Import {self.pk}"
