"""The kept figures begin with what there is; a new tenant has nothing yet."""

from django.db import migrations
from django.utils import timezone

_HAS_ROWS = """
SELECT EXISTS (SELECT FROM permits_permit) OR EXISTS (SELECT FROM enforcement_citation)
    OR EXISTS (SELECT FROM enforcement_platecheck) OR EXISTS (SELECT FROM payments_payment)
"""


def begin(apps, schema_editor):
    from parkops.tallies import operations

    with schema_editor.connection.cursor() as cursor:
        cursor.execute(_HAS_ROWS)
        has_rows = cursor.fetchone()[0]
    if has_rows:
        operations.begin(at=timezone.now())


class Migration(migrations.Migration):

    dependencies = [
        ("reporting", "0004_told_by_mail"),
        ("tallies", "0001_initial"),
        ("permits", "0027_coupons"),
        ("enforcement", "0019_brought_over"),
        ("payments", "0024_charge_file_columns"),
    ]

    operations = [migrations.RunPython(begin, migrations.RunPython.noop)]
