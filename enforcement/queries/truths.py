"""How the figures of enforcement are counted from its rows; as `rules.counting` says."""

from enforcement.rules.counting import FLOWS, FLOWS_APART, LEVELS, LEVELS_APART
from parkops.tallies.truths import Truth

_QUERY = """
SELECT 'citations_unpaid', %(ever)s::timestamptz, count(*)
  FROM enforcement_citation
 WHERE source = 'ours' AND settled_at IS NULL AND dismissed_at IS NULL
   AND voided_at IS NULL AND written_off_at IS NULL AND fine_minor > 0
UNION ALL
SELECT figure.name, %(ever)s, count(*)
  FROM enforcement_appeal,
       LATERAL (VALUES
         ('appeals_waiting'),
         (CASE WHEN reviewer_ref = '' THEN 'appeals_with_nobody' ELSE 'appeals_of/' || reviewer_ref END),
         ('appeals_by_day/' || coalesce(to_char(decide_on, 'YYYY-MM-DD'), '')),
         (CASE WHEN is_heard THEN 'appeals_to_hear' END)
       ) AS figure (name)
 WHERE decided_at IS NULL AND figure.name IS NOT NULL
 GROUP BY 1
UNION ALL
SELECT 'proofs_waiting', %(ever)s, count(*) FROM enforcement_cureproof WHERE decided_at IS NULL
UNION ALL
SELECT 'voids_waiting', %(ever)s, count(*) FROM enforcement_voidrequest WHERE decided_at IS NULL
UNION ALL
SELECT 'officers_on_shift', %(ever)s, count(*) FROM enforcement_shift WHERE ended_at IS NULL
UNION ALL
SELECT figure.name, figure.at, count(*)
  FROM enforcement_call,
       LATERAL (VALUES
         ('calls_open', %(ever)s::timestamptz),
         (CASE WHEN state = 'new' THEN 'calls_new' END, %(ever)s),
         (CASE WHEN state <> 'arrived' THEN 'calls_late' END, answer_by + interval '1 microsecond')
       ) AS figure (name, at)
 WHERE done_at IS NULL AND figure.name IS NOT NULL
 GROUP BY 1, 2
UNION ALL
SELECT 'hearings_booked', date_bin('15 minutes', slot.starts_at, %(ever)s), count(*)
  FROM enforcement_hearing AS hearing
  JOIN enforcement_hearingslot AS slot ON slot.id = hearing.slot_id
 WHERE hearing.released_at IS NULL AND slot.starts_at >= %(since)s
 GROUP BY 2
UNION ALL
SELECT 'citations_in/' || zone_code, date_bin('15 minutes', issued_at, %(ever)s), count(*)
  FROM enforcement_citation
 WHERE source = 'ours' AND zone_code <> '' AND issued_at >= %(since)s
 GROUP BY 1, 2
UNION ALL
SELECT 'citations_issued', date_bin('15 minutes', issued_at, %(ever)s), count(*)
  FROM enforcement_citation WHERE source = 'ours' AND issued_at >= %(since)s
 GROUP BY 2
UNION ALL
SELECT 'plates_checked', date_bin('15 minutes', recorded_at, %(ever)s), count(*)
  FROM enforcement_platecheck WHERE recorded_at >= %(since)s
 GROUP BY 2
"""

ENFORCEMENT = Truth((*LEVELS, *LEVELS_APART), (*FLOWS, *FLOWS_APART), _QUERY)
