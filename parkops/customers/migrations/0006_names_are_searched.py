from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import migrations
from django.db.models.functions import Upper


class Migration(migrations.Migration):
    dependencies = [("customers", "0005_vehicle_register")]

    operations = [
        migrations.AddIndex(
            model_name="customer",
            index=GinIndex(
                OpClass(Upper("name"), "gin_trgm_ops"),
                OpClass(Upper("email"), "gin_trgm_ops"),
                fastupdate=False,
                name="customer_by_words",
            ),
        ),
    ]
