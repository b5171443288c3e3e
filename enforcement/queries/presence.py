"""Which vehicles officers have reason to think are where, for the estimate of how full a zone is."""

LAST_SEEN = """
SELECT zone_code, plate_key
  FROM (SELECT DISTINCT ON (plate_key) zone_code, plate_key, is_gone
          FROM (SELECT plate_key, zone_code, at, FALSE AS is_gone FROM enforcement_platecheck
                 WHERE recorded_at >= %(seen_since)s AND at >= %(seen_since)s AND at <= %(at)s
                   AND plate_key <> '' AND zone_code <> ''
                 UNION ALL
                SELECT plate_key, zone_code, seen_at, is_gone FROM enforcement_observation
                 WHERE recorded_at >= %(seen_since)s AND seen_at >= %(seen_since)s
                   AND seen_at <= %(at)s) AS sight
         ORDER BY plate_key, at DESC) AS last
 WHERE NOT is_gone
"""
"""Zone code and plate key of each vehicle seen since `seen_since`, where it was seen last."""
