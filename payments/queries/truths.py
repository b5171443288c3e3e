"""How the figure of money taken is counted from the payments; as `rules.counting` says."""

from parkops.tallies.truths import Truth
from payments.rules.counting import FLOWS

_QUERY = """
SELECT 'money_taken', date_bin('15 minutes', succeeded_at, %(ever)s), sum(amount_minor)
  FROM payments_payment
 WHERE state = 'succeeded' AND brought_for_id IS NULL AND succeeded_at >= %(since)s
 GROUP BY 2
"""

MONEY = Truth((), FLOWS, _QUERY)
