"""Months that are closed and balances that are kept, and what the database itself sees to of both."""

import django.db.models.deletion
from django.db import migrations, models


FORWARD = """
CREATE FUNCTION payments_ledger_takes_entries() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE earliest timestamptz; closed timestamptz; strays boolean;
BEGIN
    EXECUTE format('SELECT EXISTS (SELECT FROM fresh JOIN %I.payments_ledgertransaction t'
                   ' ON t.id = fresh.transaction_id WHERE t.posted_at <> fresh.posted_at)', TG_TABLE_SCHEMA)
    INTO strays;
    IF strays THEN
        RAISE EXCEPTION 'entries are posted when their transaction is'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'ledger_entry_dated_as_its_transaction';
    END IF;
    -- Only what ended hours ago is closed or kept as a balance, so that what is posted now waits for nobody;
    -- what is posted late holds this lock, which closing a month and keeping balances take alone.
    SELECT min(posted_at) INTO earliest FROM fresh;
    IF earliest < clock_timestamp() - interval '1 hour' THEN
        PERFORM pg_advisory_xact_lock_shared(hashtextextended(TG_TABLE_SCHEMA || ':ledger', 0));
        EXECUTE format('SELECT max(ends_at) FROM %I.payments_ledgermonth WHERE closed_at IS NOT NULL',
                       TG_TABLE_SCHEMA)
        INTO closed;
        IF earliest < closed THEN
            RAISE EXCEPTION 'the books are closed before %: nothing is posted at %', closed, earliest
                USING ERRCODE = 'check_violation', CONSTRAINT = 'ledger_month_is_open';
        END IF;
        EXECUTE format('DELETE FROM %I.payments_ledgerbalance WHERE before_at > $1', TG_TABLE_SCHEMA)
        USING earliest;
    END IF;
    RETURN NULL;
END $$;

CREATE TRIGGER ledger_takes_entries AFTER INSERT ON payments_ledgerentry
    REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT
    EXECUTE FUNCTION payments_ledger_takes_entries();
"""

BACKWARD = """
DROP TRIGGER ledger_takes_entries ON payments_ledgerentry;
DROP FUNCTION payments_ledger_takes_entries();
"""


class Migration(migrations.Migration):

    dependencies = [
        ('payments', '0007_bank_lines'),
    ]

    operations = [
        migrations.CreateModel(
            name='LedgerMonth',
            fields=[
                ('id', models.BigAutoField(primary_key=True, serialize=False)),
                ('first_on', models.DateField()),
                ('begins_at', models.DateTimeField()),
                ('ends_at', models.DateTimeField()),
                ('closed_at', models.DateTimeField(null=True)),
                ('closed_by_name', models.CharField(max_length=200)),
                ('notes', models.JSONField(default=list)),
                ('reopen_asked_at', models.DateTimeField(null=True)),
                ('reopen_asked_name', models.CharField(blank=True, db_default='', default='', max_length=200)),
                ('reopen_asked_ref', models.CharField(blank=True, db_default='', default='', max_length=80)),
                ('reopen_reason', models.CharField(blank=True, db_default='', default='', max_length=300)),
            ],
            options={
                'indexes': [models.Index(condition=models.Q(('closed_at__isnull', False)), fields=['ends_at'], name='ledger_month_closed')],
                'constraints': [models.UniqueConstraint(fields=('first_on',), name='ledger_month_once'), models.CheckConstraint(condition=models.Q(('ends_at__gt', models.F('begins_at'))), name='ledger_month_has_days')],
            },
        ),
        migrations.CreateModel(
            name='LedgerBalance',
            fields=[
                ('id', models.BigAutoField(primary_key=True, serialize=False)),
                ('before_at', models.DateTimeField()),
                ('amount_minor', models.BigIntegerField()),
                ('account', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='payments.ledgeraccount')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('before_at', 'account'), name='ledger_balance_kept_once')],
            },
        ),
        migrations.RunSQL(FORWARD, BACKWARD),
    ]
