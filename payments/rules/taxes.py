"""What share of an amount its tax is."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

EXACT = Decimal("0.000001")


def rate_of(*, net: int, tax: int, known: Decimal | None = None) -> Decimal:
    """Return the rate of a tax in minor units on a net: the `known` one if the tax comes of it but for
    its rounding, otherwise what the two say, to a hundredth of a percent where that gives the tax."""
    if not tax or not net:
        return Decimal(0)
    for rate in [known] if known is not None else []:
        if abs(rate * net - tax) <= 1:
            return rate
    share = Decimal(tax) / net
    for places in ("0.001", "0.0001"):
        plain = share.quantize(Decimal(places), ROUND_HALF_UP)
        if int((plain * net).quantize(Decimal(1), ROUND_HALF_UP)) == tax:
            return plain
    return share.quantize(EXACT, ROUND_HALF_UP)


def ppm_of(rate: Decimal) -> int:
    """Return a rate in millionths, as it is kept."""
    return int((rate * 1_000_000).quantize(Decimal(1), ROUND_HALF_UP))


def rate_from(ppm: int | None) -> Decimal:
    """Return the rate that was kept in millionths; of a charge raised before rates were kept, none."""
    return Decimal(ppm or 0) / 1_000_000


def rate_text(rate: Decimal) -> str:
    """Return a rate as people write it: 13%, 7.25%."""
    return f"{(rate * 100).normalize():f}%"


@dataclass(frozen=True, slots=True)
class TaxPart:
    """What of a sum was taxed at one rate: net, tax and both, in minor units."""

    rate: Decimal
    net: int
    tax: int

    @property
    def gross(self) -> int:
        """Net and tax."""
        return self.net + self.tax


def by_rate(parts: Iterable[tuple[Decimal, int, int]]) -> list[TaxPart]:
    """Return (rate, net, tax) summed by rate, the lowest first."""
    sums: dict[Decimal, list[int]] = {}
    for rate, net, tax in parts:
        held = sums.setdefault(rate.normalize(), [0, 0])
        held[0] += net
        held[1] += tax
    return [TaxPart(rate, net, tax) for rate, (net, tax) in sorted(sums.items())]


def shared(total: int, over: Sequence[int]) -> list[int]:
    """Share a whole `total` over parts in their proportion, so that nothing is lost: each rounded half
    up, the last takes the rest. Parts of nothing get nothing."""
    whole = sum(over)
    if not whole:
        return [0 for _ in over]
    told, left = [], total
    last = max(place for place, part in enumerate(over) if part)
    for place, part in enumerate(over):
        share = left if place == last else 0
        if place != last and part:
            exact = Decimal(total) * part / whole
            share = min(int(exact.quantize(Decimal(1), ROUND_HALF_UP)), left)
        told.append(share)
        left -= share
    return told
