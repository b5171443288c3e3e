"""A plate check is never changed: only its plate and answer may be forgotten."""

from django.db import migrations

FORWARD = """
CREATE FUNCTION enforcement_platecheck_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.plate_text = '' AND NEW.plate_key = '' AND NEW.region = '' AND NEW.answer = '{}'::jsonb
       AND (to_jsonb(NEW) - ARRAY['plate_text', 'plate_key', 'region', 'answer'])
         = (to_jsonb(OLD) - ARRAY['plate_text', 'plate_key', 'region', 'answer']) THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'a plate check is never changed' USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER platecheck_stays BEFORE UPDATE ON enforcement_platecheck
    FOR EACH ROW EXECUTE FUNCTION enforcement_platecheck_stays();
"""
BACK = """
DROP TRIGGER platecheck_stays ON enforcement_platecheck;
DROP FUNCTION enforcement_platecheck_stays();
"""


class Migration(migrations.Migration):
    dependencies = [("enforcement", "0001_initial")]
    operations = [migrations.RunSQL(FORWARD, BACK)]
