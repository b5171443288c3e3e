from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ("enforcement", "0017_time_in_doubt"),
    ]

    operations = [
        migrations.AddField(
            model_name="citation",
            name="planned_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="citation",
            name="plans",
            field=models.JSONField(blank=True, db_default=[], default=list),
        ),
    ]
