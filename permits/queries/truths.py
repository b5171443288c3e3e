"""How the figures of permits are counted from the permits themselves; as `rules.counting` says."""

from parkops.tallies.truths import Truth
from permits.rules.counting import FLOWS, LEVELS

# Those whose end has come add nothing to a level any more, now or ahead.
_QUERY = """
SELECT 'permits_active', step.at, step.n
  FROM permits_permit AS p,
       unnest(
         tstzmultirange(tstzrange(
           greatest(p.starts_at, p.paid_at, p.approved_at),
           greatest(
             least(p.ends_at, p.cancelled_at, p.revoked_at),
             greatest(p.starts_at, p.paid_at, p.approved_at)
           )
         ))
         - coalesce((
             SELECT range_agg(tstzrange(
               (s->>0)::timestamptz,
               greatest(coalesce((s->>1)::timestamptz, 'infinity'), (s->>0)::timestamptz)
             )) FROM jsonb_array_elements(p.suspensions) AS s
           ), '{}'::tstzmultirange)
       ) AS live,
       LATERAL (VALUES (lower(live), 1), (upper(live), -1)) AS step (at, n)
 WHERE p.ends_at > %(now)s AND p.paid_at IS NOT NULL
   AND (NOT p.needs_approval OR p.approved_at IS NOT NULL)
UNION ALL
SELECT 'permits_held', step.at, step.n
  FROM permits_permit AS p,
       LATERAL (VALUES
         (%(ever)s::timestamptz, 1),
         (least(p.hold_expires_at, p.paid_at, p.cancelled_at, p.revoked_at), -1)
       ) AS step (at, n)
 WHERE p.hold_expires_at > %(now)s AND (p.paid_at IS NULL OR p.paid_at > %(now)s)
UNION ALL
SELECT 'permits_pending', step.at, step.n
  FROM permits_permit AS p,
       LATERAL (VALUES
         (p.paid_at, 1),
         (least(p.approved_at, p.ends_at, p.cancelled_at, p.revoked_at), -1)
       ) AS step (at, n)
 WHERE p.ends_at > %(now)s AND p.needs_approval
   AND p.paid_at < least(p.approved_at, p.ends_at, p.cancelled_at, p.revoked_at)
UNION ALL
SELECT 'permits_sold', date_bin('15 minutes', paid_at, %(ever)s), 1
  FROM permits_permit WHERE paid_at >= %(since)s
"""

PERMITS = Truth(LEVELS, FLOWS, _QUERY)
