"""How the figures of payments are counted from their rows; as `rules.counting` says."""

from parkops.tallies.truths import Truth
from payments.rules.counting import FLOWS, LEVELS

# Where clocks are set back at midnight there are two of it: the first is meant.
_QUERY = """
SELECT 'money_taken', date_bin('15 minutes', succeeded_at, %(ever)s), sum(amount_minor)
  FROM payments_payment
 WHERE state = 'succeeded' AND brought_for_id IS NULL AND succeeded_at >= %(since)s
 GROUP BY 2
UNION ALL
SELECT waiting.name, %(ever)s::timestamptz, waiting.n FROM (
  SELECT 'payments_to_review', count(*) FROM payments_payment WHERE state = 'needs_review'
  UNION ALL
  SELECT 'differences_open', count(*) FROM payments_discrepancy WHERE state = 'open'
  UNION ALL
  SELECT 'refunds_not_done', count(*) FROM payments_refund
   WHERE state NOT IN ('succeeded', 'rejected')
  UNION ALL
  SELECT 'disputes_to_answer', count(*) FROM payments_dispute
   WHERE status = 'needs_response' AND answered_at IS NULL
  UNION ALL
  SELECT 'plans_to_decide', count(*) FROM payments_paymentplan WHERE state = 'asked'
  UNION ALL
  SELECT 'bank_lines_open', count(*) FROM payments_bankline WHERE state = 'open'
  UNION ALL
  SELECT 'drawers_to_sign', count(*) FROM payments_drawer
   WHERE closed_at IS NOT NULL AND signed_at IS NULL AND recount_asked_at IS NULL
  UNION ALL
  SELECT 'to_deposit', count(*) FROM payments_drawer
   WHERE closed_at IS NOT NULL
     AND NOT EXISTS (SELECT FROM payments_deposititem WHERE drawer_id = payments_drawer.id)
  UNION ALL
  SELECT 'to_deposit', count(*) FROM payments_drawermovement
   WHERE kind = 'drop'
     AND NOT EXISTS (SELECT FROM payments_deposititem WHERE movement_id = payments_drawermovement.id)
  UNION ALL
  SELECT 'to_deposit', count(*) FROM payments_payment AS payment
   WHERE method = 'cheque' AND state = 'succeeded'
     AND NOT EXISTS (SELECT FROM payments_deposititem WHERE payment_id = payment.id)
     AND NOT EXISTS (SELECT FROM payments_refund AS back
                      WHERE back.payment_id = payment.id AND back.amount_minor = payment.amount_minor)
  UNION ALL
  SELECT concat('receipts_in/', drawer.public_id), count(*)
    FROM payments_drawer AS drawer JOIN payments_payment ON drawer_id = drawer.id
   WHERE closed_at IS NULL GROUP BY drawer.public_id
) AS waiting (name, n)
UNION ALL
SELECT step.name, step.at, step.n
  FROM (SELECT (invoice.due_on + 1)::timestamp AS midnight,
               sum(charge.amount_minor - charge.paid_minor) AS owed
          FROM payments_invoice AS invoice
          JOIN payments_invoiceline AS line ON line.invoice_id = invoice.id
          JOIN payments_charge AS charge ON charge.id = line.charge_id
         WHERE invoice.voided_at IS NULL
         GROUP BY invoice.id
        HAVING sum(charge.amount_minor - charge.paid_minor) > 0) AS invoice,
       LATERAL (SELECT midnight AT TIME ZONE %(zone)s::text) AS second (at),
       LATERAL (SELECT CASE WHEN (second.at - interval '1 hour') AT TIME ZONE %(zone)s::text = midnight
                            THEN second.at - interval '1 hour' ELSE second.at END) AS late (at),
       LATERAL (VALUES ('invoices_overdue', late.at, 1),
                       ('invoices_overdue_minor', late.at, invoice.owed)) AS step (name, at, n)
"""

MONEY = Truth(LEVELS, FLOWS, _QUERY)
