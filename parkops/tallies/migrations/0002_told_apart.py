from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [("tallies", "0001_initial")]

    operations = [
        migrations.AlterField(
            model_name="tally",
            name="name",
            field=models.CharField(db_collation="C", max_length=160),
        ),
    ]
