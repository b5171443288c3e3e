"""The mapping to the institution's own ledger, what was handed to it, and prepaid permits."""

import django.db.models.deletion
from django.db import migrations, models

from payments.accounts import CHART, PREPAID_PERMITS


def add_account(apps, schema_editor):
    """The account of prepaid permits, in ledgers that were opened before it."""
    account = next(row for row in CHART if row.code == PREPAID_PERMITS)
    apps.get_model("payments", "LedgerAccount").objects.get_or_create(
        code=account.code, defaults={"name": account.name, "kind": account.kind}
    )


class Migration(migrations.Migration):

    dependencies = [
        ('payments', '0011_payment_plans'),
    ]

    operations = [
        migrations.RunPython(add_account, migrations.RunPython.noop),
        migrations.AddField(
            model_name='charge',
            name='audience',
            field=models.CharField(blank=True, db_default='', default='', max_length=24),
        ),
        migrations.AddField(
            model_name='charge',
            name='item_code',
            field=models.CharField(blank=True, db_default='', default='', max_length=40),
        ),
        migrations.AddField(
            model_name='charge',
            name='zone_code',
            field=models.CharField(blank=True, db_default='', default='', max_length=24),
        ),
        migrations.CreateModel(
            name='Bookkeeping',
            fields=[
                ('id', models.BigAutoField(primary_key=True, serialize=False)),
                ('only', models.BooleanField(default=True, editable=False)),
                ('accrues_from_on', models.DateField(null=True)),
                ('columns', models.JSONField(default=list)),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('only',), name='bookkeeping_is_one'), models.CheckConstraint(condition=models.Q(('only', True)), name='bookkeeping_only')],
            },
        ),
        migrations.CreateModel(
            name='LedgerExport',
            fields=[
                ('id', models.BigAutoField(primary_key=True, serialize=False)),
                ('number', models.CharField(max_length=32)),
                ('first_on', models.DateField()),
                ('last_on', models.DateField()),
                ('made_at', models.DateTimeField()),
                ('made_name', models.CharField(max_length=200)),
                ('lines', models.JSONField(default=list)),
                ('transactions', models.PositiveIntegerField()),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('number',), name='ledger_export_number_unique')],
            },
        ),
        migrations.CreateModel(
            name='GlCode',
            fields=[
                ('id', models.BigAutoField(primary_key=True, serialize=False)),
                ('zone_code', models.CharField(blank=True, max_length=24)),
                ('item_code', models.CharField(blank=True, max_length=40)),
                ('audience', models.CharField(blank=True, max_length=24)),
                ('begins_on', models.DateField()),
                ('code', models.CharField(blank=True, max_length=40)),
                ('cost_center', models.CharField(blank=True, max_length=40)),
                ('written_at', models.DateTimeField()),
                ('written_name', models.CharField(max_length=200)),
                ('account', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='payments.ledgeraccount')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('account', 'zone_code', 'item_code', 'audience', 'begins_on'), name='gl_code_once_a_day')],
            },
        ),
        migrations.CreateModel(
            name='ExportedTransaction',
            fields=[
                ('id', models.BigAutoField(primary_key=True, serialize=False)),
                ('transaction', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='payments.ledgertransaction')),
                ('export', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='held', to='payments.ledgerexport')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('transaction',), name='ledger_transaction_exported_once')],
            },
        ),
    ]
