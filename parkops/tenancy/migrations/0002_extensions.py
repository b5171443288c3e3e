"""Extensions live in the public schema: made by a tenant they would go with that tenant."""

from django.contrib.postgres.operations import BtreeGistExtension
from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("tenancy", "0001_initial")]
    operations = [BtreeGistExtension()]
