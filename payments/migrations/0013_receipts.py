"""Payments have numbers from a sequence, which goes on where the series of receipts stood."""

from django.db import migrations

FORWARD = """
CREATE SEQUENCE payments_receipt;
SELECT setval('payments_receipt', max(last))
FROM programme_series WHERE name LIKE 'R-%' HAVING max(last) > 0;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("payments", "0012_bookkeeping"),
        ("programme", "0001_initial"),
    ]

    operations = [migrations.RunSQL(FORWARD, "DROP SEQUENCE payments_receipt")]
