from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [("tenancy", "0006_operator_links")]

    operations = [
        migrations.AddIndex(
            model_name="outboxentry",
            index=models.Index(
                condition=models.Q(("state", "waiting")),
                fields=["schema_name", "available_at"],
                name="outbox_waiting_by_tenant",
            ),
        ),
    ]
