"""What is seen of a vehicle after its citation stands beside the officer's own words."""

from django.db import migrations, models


class Migration(migrations.Migration):
    """Add the field."""

    dependencies = [("enforcement", "0014_newest_observations")]

    operations = [
        migrations.AddField(
            model_name="citation",
            name="vehicle_noted",
            field=models.CharField(blank=True, db_default="", default="", max_length=100),
        ),
    ]
