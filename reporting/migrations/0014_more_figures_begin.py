"""What waits is kept too: the figures begin with what there is; a new tenant has nothing yet."""

from django.db import migrations
from django.utils import timezone

_HAS_ROWS = """
SELECT EXISTS (SELECT FROM permits_permit) OR EXISTS (SELECT FROM enforcement_citation)
    OR EXISTS (SELECT FROM enforcement_platecheck) OR EXISTS (SELECT FROM payments_payment)
    OR EXISTS (SELECT FROM payments_charge) OR EXISTS (SELECT FROM payments_bankline)
    OR EXISTS (SELECT FROM enforcement_call) OR EXISTS (SELECT FROM enforcement_shift)
    OR EXISTS (SELECT FROM permits_parkingsession) OR EXISTS (SELECT FROM payments_drawer)
    OR EXISTS (SELECT FROM messaging_message) OR EXISTS (SELECT FROM jobs_job)
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
        ("reporting", "0013_schedules_of_questions"),
        ("tallies", "0002_told_apart"),
        ("tenancy", "0007_outbox_by_tenant"),
        ("jobs", "0002_line_and_rows"),
        ("messaging", "0003_enclosures"),
        ("permits", "0027_coupons"),
        ("enforcement", "0021_looked_up_first"),
        ("payments", "0024_charge_file_columns"),
    ]

    operations = [migrations.RunPython(begin, migrations.RunPython.noop)]
