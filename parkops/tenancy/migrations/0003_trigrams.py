"""Parts of names are found by their trigrams; the extension lives in the public schema."""

from django.contrib.postgres.operations import TrigramExtension
from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("tenancy", "0002_extensions")]
    operations = [TrigramExtension()]
