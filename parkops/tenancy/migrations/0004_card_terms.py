from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ("tenancy", "0003_trigrams"),
    ]

    operations = [
        migrations.AddField(
            model_name="tenant",
            name="platform_fee_points",
            field=models.PositiveSmallIntegerField(db_default=0, default=0),
        ),
        migrations.AddField(
            model_name="tenant",
            name="cards_stopped_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
    ]
