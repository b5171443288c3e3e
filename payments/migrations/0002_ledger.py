"""The chart of accounts, and what the database itself sees to: entries that balance and stay."""

from django.db import migrations

from payments.accounts import CHART

FORWARD = """
CREATE FUNCTION payments_ledger_balances() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE total bigint;
BEGIN
    EXECUTE format('SELECT sum(amount_minor) FROM %I.payments_ledgerentry WHERE transaction_id = $1',
                   TG_TABLE_SCHEMA)
    INTO total USING NEW.transaction_id;
    IF total IS DISTINCT FROM 0 THEN
        RAISE EXCEPTION 'ledger transaction % does not balance: %', NEW.transaction_id, total
            USING ERRCODE = 'check_violation', CONSTRAINT = 'ledger_transaction_balances';
    END IF;
    RETURN NULL;
END $$;

CREATE FUNCTION payments_ledger_has_entries() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE present boolean;
BEGIN
    EXECUTE format('SELECT EXISTS (SELECT FROM %I.payments_ledgerentry WHERE transaction_id = $1)',
                   TG_TABLE_SCHEMA)
    INTO present USING NEW.id;
    IF NOT present THEN
        RAISE EXCEPTION 'ledger transaction % has no entries', NEW.id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'ledger_transaction_has_entries';
    END IF;
    RETURN NULL;
END $$;

CREATE FUNCTION payments_ledger_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the ledger is never changed: post a reversal' USING ERRCODE = 'restrict_violation';
END $$;

CREATE FUNCTION payments_refunds_within_payment() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE taken bigint; back bigint;
BEGIN
    EXECUTE format('SELECT amount_minor FROM %I.payments_payment WHERE id = $1 FOR UPDATE',
                   TG_TABLE_SCHEMA)
    INTO taken USING NEW.payment_id;
    EXECUTE format('SELECT coalesce(sum(amount_minor), 0) FROM %I.payments_refund WHERE payment_id = $1',
                   TG_TABLE_SCHEMA)
    INTO back USING NEW.payment_id;
    IF back > taken THEN
        RAISE EXCEPTION 'refunds of payment % come to %, more than its %', NEW.payment_id, back, taken
            USING ERRCODE = 'check_violation', CONSTRAINT = 'refunds_within_payment';
    END IF;
    RETURN NULL;
END $$;

CREATE CONSTRAINT TRIGGER ledger_transaction_balances AFTER INSERT ON payments_ledgerentry
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION payments_ledger_balances();
CREATE CONSTRAINT TRIGGER ledger_transaction_has_entries AFTER INSERT ON payments_ledgertransaction
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION payments_ledger_has_entries();
CREATE TRIGGER ledger_entry_stays BEFORE UPDATE OR DELETE ON payments_ledgerentry
    FOR EACH ROW EXECUTE FUNCTION payments_ledger_stays();
CREATE TRIGGER ledger_transaction_stays BEFORE UPDATE OR DELETE ON payments_ledgertransaction
    FOR EACH ROW EXECUTE FUNCTION payments_ledger_stays();
CREATE CONSTRAINT TRIGGER refunds_within_payment AFTER INSERT OR UPDATE ON payments_refund
    FOR EACH ROW EXECUTE FUNCTION payments_refunds_within_payment();
"""

BACKWARD = """
DROP TRIGGER refunds_within_payment ON payments_refund;
DROP TRIGGER ledger_transaction_stays ON payments_ledgertransaction;
DROP TRIGGER ledger_entry_stays ON payments_ledgerentry;
DROP TRIGGER ledger_transaction_has_entries ON payments_ledgertransaction;
DROP TRIGGER ledger_transaction_balances ON payments_ledgerentry;
DROP FUNCTION payments_refunds_within_payment();
DROP FUNCTION payments_ledger_stays();
DROP FUNCTION payments_ledger_has_entries();
DROP FUNCTION payments_ledger_balances();
"""


def open_accounts(apps, schema_editor):
    account = apps.get_model("payments", "LedgerAccount")
    for row in CHART:
        account.objects.update_or_create(
            code=row.code, defaults={"name": row.name, "kind": row.kind}
        )


class Migration(migrations.Migration):
    dependencies = [("payments", "0001_initial")]

    operations = [
        migrations.RunPython(open_accounts, migrations.RunPython.noop, elidable=False),
        migrations.RunSQL(FORWARD, BACKWARD),
    ]
