"""The newest chalk marks are found without reading them all: devices ask for them."""

from django.db import migrations, models


class Migration(migrations.Migration):
    """Add the index."""

    dependencies = [("enforcement", "0013_kerb")]

    operations = [
        migrations.AddIndex(
            model_name="observation",
            index=models.Index(fields=["-recorded_at"], name="observation_newest"),
        ),
    ]
