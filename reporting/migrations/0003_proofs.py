from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ("reporting", "0002_replays"),
    ]

    operations = [
        migrations.AddField(
            model_name="reportrun",
            name="made_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="reportrun",
            name="digest",
            field=models.CharField(blank=True, default="", max_length=64),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name="reportrun",
            name="totals_digest",
            field=models.CharField(blank=True, default="", max_length=64),
            preserve_default=False,
        ),
    ]
