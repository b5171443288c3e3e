"""The price that was told before a renewal is charged."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("permits", "0019_carpools")]

    operations = [
        migrations.AddField(
            model_name="renewalconsent",
            name="told_minor",
            field=models.BigIntegerField(blank=True, null=True),
        ),
    ]
