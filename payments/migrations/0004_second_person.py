"""A refund that waits for a second person; one that was not accepted counts no more."""

from django.db import migrations, models

_WITHIN = """
CREATE OR REPLACE FUNCTION payments_refunds_within_payment() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE taken bigint; back bigint;
BEGIN
    EXECUTE format('SELECT amount_minor FROM %I.payments_payment WHERE id = $1 FOR UPDATE',
                   TG_TABLE_SCHEMA)
    INTO taken USING NEW.payment_id;
    EXECUTE format('SELECT coalesce(sum(amount_minor), 0) FROM %I.payments_refund WHERE payment_id = $1{more}',
                   TG_TABLE_SCHEMA)
    INTO back USING NEW.payment_id;
    IF back > taken THEN
        RAISE EXCEPTION 'refunds of payment % come to %, more than its %', NEW.payment_id, back, taken
            USING ERRCODE = 'check_violation', CONSTRAINT = 'refunds_within_payment';
    END IF;
    RETURN NULL;
END $$;
"""


def _function(more: str = "") -> str:
    return _WITHIN.replace("{more}", more)


class Migration(migrations.Migration):

    dependencies = [
        ('payments', '0003_saved_cards'),
    ]

    operations = [
        migrations.AddField(
            model_name='refund',
            name='asked_by_ref',
            field=models.CharField(blank=True, max_length=100),
        ),
        migrations.AddField(
            model_name='refund',
            name='decided_at',
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name='refund',
            name='decided_by',
            field=models.CharField(blank=True, max_length=200),
        ),
        migrations.AlterField(
            model_name='refund',
            name='state',
            field=models.CharField(choices=[('proposed', 'To be accepted'), ('waiting', 'To be paid out'), ('submitted', 'Under way'), ('succeeded', 'Given back'), ('failed', 'Failed'), ('rejected', 'Not accepted')], max_length=10),
        ),
        migrations.RemoveIndex(
            model_name='refund',
            name='refund_open',
        ),
        migrations.AddIndex(
            model_name='refund',
            index=models.Index(condition=models.Q(('state__in', ['succeeded', 'rejected']), _negated=True), fields=['created_at'], name='refund_open'),
        ),
        migrations.RunSQL(
            _function(" AND state <> ''rejected''"), _function()
        ),
    ]
