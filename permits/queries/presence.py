"""Which vehicles have paid to be where, for the estimate of how full a zone is."""

PAID_STAYS = """
SELECT zone_code, plate_key FROM permits_parkingsession WHERE starts_at <= %(at)s AND ends_at > %(at)s
"""
"""Zone code and plate key of each paid stay that runs at `at`."""
