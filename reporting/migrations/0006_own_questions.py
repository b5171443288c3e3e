"""Views of a tenant's records for questions of one's own and for BI tools, and the questions that were kept.

What each column says is in `reporting/questions/published.py`. A later migration that changes a column under
a view drops the view first and makes it again.
"""

import uuid

from django.db import migrations, models

VIEWS = {
    "bi_program": """
SELECT document->'programme'->>'name' AS program,
       document->'programme'->>'currency' AS currency,
       document->'programme'->>'timezone' AS time_zone,
       number AS version,
       begins_at
  FROM programme_version
 WHERE begins_at IS NULL OR begins_at <= now()
 ORDER BY begins_at DESC NULLS LAST, number DESC
 LIMIT 1
""",
    "bi_zones": """
SELECT zone->>'code' AS zone,
       coalesce(zone->>'name', zone->>'code') AS name,
       zone->>'kind' AS kind,
       zone->>'within' AS within,
       CASE WHEN jsonb_typeof(zone->'capacity') = 'object'
            THEN (SELECT sum(spaces.value::bigint) FROM jsonb_each_text(zone->'capacity') spaces)
       END::bigint AS spaces
  FROM (SELECT document FROM programme_version
         WHERE begins_at IS NULL OR begins_at <= now()
         ORDER BY begins_at DESC NULLS LAST, number DESC LIMIT 1) program,
       jsonb_array_elements(program.document->'zones') zone
""",
    "bi_permits": """
SELECT permit.number AS permit,
       permit.type_code AS type,
       CASE WHEN permit.revoked_at <= now() THEN 'revoked'
            WHEN permit.cancelled_at <= now() THEN 'cancelled'
            WHEN permit.paid_at IS NULL OR permit.paid_at > now()
            THEN CASE WHEN permit.hold_expires_at <= now() THEN 'expired' ELSE 'held' END
            WHEN permit.ends_at <= now() THEN 'expired'
            WHEN permit.needs_approval AND (permit.approved_at IS NULL OR permit.approved_at > now())
            THEN 'pending'
            WHEN permit.suspended_at <= now()
             AND (permit.suspended_until IS NULL OR permit.suspended_until > now())
            THEN 'suspended'
            WHEN permit.starts_at > now() THEN 'scheduled'
            ELSE 'active'
       END AS status,
       permit.audience, permit.channel, permit.sold_at, permit.paid_at, permit.starts_at, permit.ends_at,
       permit.approved_at, permit.cancelled_at, permit.revoked_at,
       permit.net_minor, permit.tax_minor, permit.deposit_minor, permit.coupon_minor,
       (SELECT currency FROM bi_program) AS currency,
       permit.renews_id IS NOT NULL AS is_renewal,
       customer.name AS customer, customer.email AS customer_email
  FROM permits_permit permit
  LEFT JOIN customers_customer customer ON customer.id = permit.customer_id
""",
    "bi_sessions": """
SELECT stay.number AS session,
       stay.zone_code AS zone,
       stay.sold_at, stay.starts_at,
       coalesce(stay.stopped_at, stay.ends_at) AS ends_at,
       round(extract(epoch FROM greatest(coalesce(stay.stopped_at, stay.ends_at), stay.starts_at)
                                - stay.starts_at) / 60)::bigint AS minutes,
       stay.stopped_at IS NOT NULL AS was_stopped,
       stay.net_minor, stay.tax_minor, stay.covered_net_minor, stay.covered_tax_minor,
       (SELECT currency FROM bi_program) AS currency,
       stay.phone <> '' AS is_by_text,
       stay.plate_key AS plate, stay.region
  FROM permits_parkingsession stay
""",
    "bi_citations": """
SELECT citation.number AS citation,
       citation.violation_code AS violation, citation.violation_name,
       citation.zone_code AS zone, citation.place, citation.agency,
       citation.issued_at, citation.issued_on,
       CASE WHEN citation.voided_at IS NOT NULL THEN 'voided'
            WHEN citation.dismissed_at IS NOT NULL THEN 'dismissed'
            WHEN citation.fine_minor = 0 THEN 'warning'
            WHEN citation.settled_at IS NOT NULL THEN 'paid'
            WHEN citation.written_off_at IS NOT NULL THEN 'written_off'
            WHEN citation.appealed_at IS NOT NULL THEN 'on_appeal'
            WHEN citation.planned_at IS NOT NULL THEN 'on_plan'
            WHEN lower(citation.stage) = 'collections' THEN 'collections'
            ELSE 'issued'
       END AS status,
       citation.stage, citation.sanction, citation.nth, citation.source,
       citation.fine_minor,
       charge.amount_minor, charge.paid_minor, charge.amount_minor - charge.paid_minor AS owed_minor,
       (SELECT currency FROM bi_program) AS currency,
       citation.settled_at, citation.dismissed_at, citation.voided_at,
       citation.officer, citation.plate_key AS plate, citation.region
  FROM enforcement_citation citation
  LEFT JOIN payments_charge charge
    ON charge.kind = 'citation' AND charge.reference = citation.number
""",
    "bi_appeals": """
SELECT appeal.number AS appeal,
       citation.number AS citation,
       citation.violation_code AS violation, citation.violation_name, citation.zone_code AS zone,
       appeal.level_name AS level, appeal.grounds, appeal.grounds_name,
       appeal.filed_at, appeal.filed_on, appeal.decide_on, appeal.decided_at, appeal.decided_on,
       appeal.decided_on - appeal.filed_on AS days,
       CASE WHEN appeal.outcome = '' THEN 'waiting' ELSE appeal.outcome END AS outcome,
       appeal.reason_code AS reason, appeal.reason_name,
       citation.fine_minor, appeal.amount_minor AS reduced_to_minor, appeal.fee_minor,
       (SELECT currency FROM bi_program) AS currency,
       appeal.is_heard, appeal.late_reason <> '' AS was_late,
       appeal.decided_by, appeal.reviewer, citation.officer, appeal.name AS appellant
  FROM enforcement_appeal appeal
  JOIN enforcement_citation citation ON citation.id = appeal.citation_id
""",
    "bi_checks": """
SELECT plate_check.reference::text AS "check",
       plate_check.at, plate_check.zone_code AS zone, plate_check.verdict, plate_check.source,
       plate_check.actor_name AS asked_by, plate_check.plate_key AS plate, plate_check.region
  FROM enforcement_platecheck plate_check
""",
    "bi_shifts": """
SELECT beat.name AS beat,
       shift.began_at, shift.ended_at,
       round(extract(epoch FROM shift.ended_at - shift.began_at) / 60)::bigint AS minutes,
       shift.officer
  FROM enforcement_shift shift
  LEFT JOIN enforcement_beat beat ON beat.id = shift.beat_id
""",
    "bi_charges": """
SELECT charge.public_id::text AS charge,
       charge.kind, charge.reference, charge.zone_code AS zone, charge.item_code AS item, charge.audience,
       charge.raised_at, charge.due_on, charge.settled_at,
       charge.net_minor, charge.tax_minor, charge.late_fee_minor, charge.discount_minor,
       charge.written_off_minor, charge.amount_minor, charge.paid_minor,
       charge.amount_minor - charge.paid_minor AS owed_minor,
       (SELECT currency FROM bi_program) AS currency,
       charge.settled_at IS NOT NULL AS is_settled,
       customer.name AS customer, charge.plate_key AS plate
  FROM payments_charge charge
  LEFT JOIN customers_customer customer ON customer.id = charge.customer_id
""",
    "bi_payments": """
SELECT payment.number AS payment,
       payment.method, payment.state, payment.provider,
       payment.created_at, payment.succeeded_at,
       payment.amount_minor, payment.refunded_minor, payment.disputed_minor, payment.credit_minor,
       payment.fee_minor, payment.currency,
       payment.taken_by, payment.payer
  FROM payments_payment payment
""",
    "bi_refunds": """
SELECT refund.number AS refund,
       payment.number AS payment, payment.method,
       charge.kind, charge.reference,
       refund.state, refund.created_at, refund.settled_at,
       refund.amount_minor, payment.currency,
       refund.asked_by
  FROM payments_refund refund
  JOIN payments_payment payment ON payment.id = refund.payment_id
  LEFT JOIN payments_charge charge ON charge.id = refund.charge_id
""",
    "bi_ledger_entries": """
SELECT entry.posted_at,
       account.code AS account, account.name AS account_name, account.kind AS account_kind,
       greatest(entry.amount_minor, 0) AS debit_minor, greatest(-entry.amount_minor, 0) AS credit_minor,
       entry.amount_minor,
       (SELECT currency FROM bi_program) AS currency,
       charge.kind, charge.reference, charge.zone_code AS zone, charge.item_code AS item,
       entry.transaction_id AS transaction
  FROM payments_ledgerentry entry
  JOIN payments_ledgeraccount account ON account.code = entry.account_id
  LEFT JOIN payments_charge charge ON charge.id = entry.charge_id
""",
    "bi_customers": """
SELECT customer.reference::text AS customer,
       array_to_string(customer.audiences, ', ') AS audiences,
       customer.language, customer.created_at,
       customer.user_id IS NOT NULL AS signs_in,
       customer.name, customer.email
  FROM customers_customer customer
""",
    "bi_zone_days": """
SELECT happened.zone, happened.day,
       sum(happened.checks)::bigint AS checks, sum(happened.not_authorized)::bigint AS not_authorized,
       sum(happened.citations)::bigint AS citations, sum(happened.fines_minor)::bigint AS fines_minor,
       sum(happened.sessions)::bigint AS sessions, sum(happened.minutes)::bigint AS session_minutes,
       sum(happened.sessions_minor)::bigint AS sessions_minor,
       (SELECT currency FROM bi_program) AS currency
  FROM (
    SELECT zone_code AS zone, (at AT TIME ZONE (SELECT time_zone FROM bi_program))::date AS day,
           1 AS checks, (verdict IN ('unauthorized', 'overtime', 'second_vehicle'))::int AS not_authorized,
           0 AS citations, 0::bigint AS fines_minor, 0 AS sessions, 0::numeric AS minutes,
           0::bigint AS sessions_minor
      FROM enforcement_platecheck
    UNION ALL
    SELECT zone_code, issued_on, 0, 0, 1, fine_minor, 0, 0, 0
      FROM enforcement_citation WHERE voided_at IS NULL
    UNION ALL
    SELECT zone_code, (starts_at AT TIME ZONE (SELECT time_zone FROM bi_program))::date, 0, 0, 0, 0, 1,
           extract(epoch FROM greatest(coalesce(stopped_at, ends_at), starts_at) - starts_at) / 60,
           net_minor
      FROM permits_parkingsession
  ) happened
 GROUP BY happened.zone, happened.day
""",
}

FORWARD = "".join(f"CREATE VIEW {name} AS {query.strip()};\n" for name, query in VIEWS.items())
BACK = "".join(f"DROP VIEW {name};\n" for name in reversed(VIEWS))


class Migration(migrations.Migration):
    dependencies = [
        ("reporting", "0005_tallies_begin"),
        ("programme", "0003_meant_findings"),
        ("customers", "0007_protected_addresses"),
        ("payments", "0024_charge_file_columns"),
        ("permits", "0027_coupons"),
        ("enforcement", "0019_brought_over"),
    ]

    operations = [
        migrations.RunSQL(FORWARD, BACK),
        migrations.CreateModel(
            name="Question",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("reference", models.UUIDField(default=uuid.uuid4, editable=False)),
                ("name", models.CharField(max_length=120)),
                ("document", models.JSONField()),
                ("is_shared", models.BooleanField(default=False)),
                ("owner_ref", models.CharField(max_length=40)),
                ("owner_name", models.CharField(max_length=200)),
                ("created_at", models.DateTimeField()),
                ("changed_at", models.DateTimeField()),
            ],
            options={
                "indexes": [
                    models.Index(fields=["owner_ref", "name", "id"], name="question_by_owner"),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=["reference"], name="question_reference_unique"
                    ),
                    models.UniqueConstraint(
                        fields=["owner_ref", "name"], name="question_name_once_an_owner"
                    ),
                ],
            },
        ),
    ]
