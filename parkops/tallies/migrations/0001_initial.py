from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="Tally",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("name", models.CharField(max_length=24)),
                ("at", models.DateTimeField()),
                ("n", models.BigIntegerField()),
            ],
            options={
                "indexes": [
                    models.Index(fields=["name", "at"], include=("n",), name="tally_by_name")
                ],
            },
        ),
        migrations.CreateModel(
            name="TallyCheck",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("checked_at", models.DateTimeField()),
                ("drifted", models.PositiveIntegerField()),
                ("drifts", models.JSONField(default=list)),
            ],
            options={
                "indexes": [
                    models.Index(fields=["-checked_at", "-id"], name="tally_check_newest")
                ],
            },
        ),
    ]
