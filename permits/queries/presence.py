"""Which vehicles have paid to be where, for the estimate of how full a zone is."""

from collections.abc import Iterable
from datetime import datetime

from permits.models import ParkingSession


def paid_stays(at: datetime) -> Iterable[tuple[str, str]]:
    """Return (zone code, plate key) for each paid stay that runs at `at`."""
    running = ParkingSession.objects.filter(starts_at__lte=at, ends_at__gt=at)
    return running.values_list("zone_code", "plate_key")
