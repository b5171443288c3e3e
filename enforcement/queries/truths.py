"""How the figures of enforcement are counted from its rows; as `rules.counting` says."""

from enforcement.rules.counting import FLOWS, LEVELS
from parkops.tallies.truths import Truth

_QUERY = """
SELECT 'citations_unpaid', %(ever)s::timestamptz, count(*)
  FROM enforcement_citation
 WHERE source = 'ours' AND settled_at IS NULL AND dismissed_at IS NULL
   AND voided_at IS NULL AND written_off_at IS NULL AND fine_minor > 0
UNION ALL
SELECT 'appeals_waiting', %(ever)s::timestamptz, count(*)
  FROM enforcement_appeal WHERE decided_at IS NULL
UNION ALL
SELECT 'citations_issued', date_bin('15 minutes', issued_at, %(ever)s), count(*)
  FROM enforcement_citation WHERE source = 'ours' AND issued_at >= %(since)s
 GROUP BY 2
UNION ALL
SELECT 'plates_checked', date_bin('15 minutes', recorded_at, %(ever)s), count(*)
  FROM enforcement_platecheck WHERE recorded_at >= %(since)s
 GROUP BY 2
"""

ENFORCEMENT = Truth(LEVELS, FLOWS, _QUERY)
