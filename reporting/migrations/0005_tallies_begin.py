"""The kept figures began here; there are more of them since, and all begin in 0014."""

from django.db import migrations


class Migration(migrations.Migration):

    dependencies = [
        ("reporting", "0004_told_by_mail"),
        ("tallies", "0001_initial"),
        ("permits", "0027_coupons"),
        ("enforcement", "0019_brought_over"),
        ("payments", "0024_charge_file_columns"),
    ]

    operations = []
