"""Whose place in a draw it was is forgotten long after."""

from django.db import migrations, models
from django.db.models.deletion import PROTECT


class Migration(migrations.Migration):
    dependencies = [("customers", "0005_vehicle_register"), ("permits", "0024_proof_due")]

    operations = [
        migrations.AlterField(
            "ticket",
            "customer",
            models.ForeignKey(
                "customers.Customer", PROTECT, blank=True, null=True, related_name="tickets"
            ),
        ),
    ]
