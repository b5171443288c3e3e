"""Between what bounds a share lies that was found in few cases."""

from math import sqrt

SURE = 1.96
FEW = 20
"""Of fewer a share says little."""


def wilson(part: int, whole: int, *, z: float = SURE) -> tuple[float, float]:
    """Return the bounds of a share by Wilson's interval, 19 times in 20; of nothing, 0 to 1."""
    if whole <= 0:
        return 0.0, 1.0
    share, square = part / whole, z * z
    middle = (share + square / (2 * whole)) / (1 + square / whole)
    reach = z * sqrt(share * (1 - share) / whole + square / (4 * whole * whole))
    reach /= 1 + square / whole
    return max(middle - reach, 0.0), min(middle + reach, 1.0)


def between(part: int, whole: int) -> str:
    """Return those bounds in words: "12 to 31 %"; of nothing, nothing."""
    if whole <= 0:
        return ""
    low, high = wilson(part, whole)
    return f"{100 * low:.0f} to {100 * high:.0f} %"
