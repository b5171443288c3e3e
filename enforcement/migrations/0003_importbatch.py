"""Imports, one row for each; what was imported is told apart by its reference alone."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("enforcement", "0002_plate_checks_stay")]

    operations = [
        migrations.CreateModel(
            name="ImportBatch",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("kind", models.CharField(max_length=20)),
                ("file_name", models.CharField(max_length=200)),
                ("file_sha256", models.CharField(max_length=64)),
                ("mapping_name", models.CharField(max_length=20)),
                ("mapping", models.JSONField()),
                ("lines", models.BigIntegerField()),
                ("imported", models.BigIntegerField()),
                ("known", models.BigIntegerField()),
                ("repeated", models.BigIntegerField()),
                ("refused", models.BigIntegerField()),
                ("made_at", models.DateTimeField()),
                ("made_by", models.CharField(max_length=200)),
                ("undone_at", models.DateTimeField(blank=True, null=True)),
                (
                    "undone_by",
                    models.CharField(blank=True, db_default="", default="", max_length=200),
                ),
            ],
        ),
        migrations.AddConstraint(
            model_name="importbatch",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    lines=models.F("imported")
                    + models.F("known")
                    + models.F("repeated")
                    + models.F("refused")
                ),
                name="import_batch_accounts_for_every_line",
            ),
        ),
        migrations.AddConstraint(
            model_name="importbatch",
            constraint=models.CheckConstraint(
                condition=models.Q(undone_at__isnull=True) ^ ~models.Q(undone_by=""),
                name="import_batch_undone_at_and_by_together",
            ),
        ),
        migrations.RemoveConstraint(model_name="citation", name="citation_external_ref_unique"),
        migrations.AddConstraint(
            model_name="citation",
            constraint=models.UniqueConstraint(
                fields=["external_ref"],
                condition=models.Q(source="import") & ~models.Q(external_ref=""),
                name="citation_external_ref_unique",
            ),
        ),
    ]
