"""What a payment adds to the figures that are kept."""

from datetime import datetime

from parkops.kernel.tallies import Steps, quarter

TAKEN = "money_taken"
FLOWS = (TAKEN,)


def payment(*, is_taken: bool, amount_minor: int, succeeded_at: datetime | None) -> Steps:
    """Return what a payment adds: its amount in minor units, when it came. `is_taken` says that it
    came here and did not bounce."""
    if not is_taken or succeeded_at is None:
        return {}
    return {(TAKEN, quarter(succeeded_at)): amount_minor}
