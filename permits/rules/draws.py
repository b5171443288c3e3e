"""Draws that anybody can repeat: who comes first when many want the same, and how a line moves.

A seed of 32 random bytes is made before anybody enters, and its SHA-256, the commitment, is published.
Everyone who enters gets an id. When the draw is due, the ids are sorted by HMAC-SHA256 of the id's
text under the seed, and the seed is published. So nobody could choose the order once the first had
entered, and whoever kept an id can check its place with any tool.
"""

import hashlib
import hmac
import re
import secrets
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil

SEED_BYTES = 32
POLLS_PER_SECOND = 60
"""How often all pages of one line together ask how it stands, about."""
SOONEST, LATEST = timedelta(seconds=10), timedelta(seconds=60)
COMMITMENT = "commitment (SHA-256 of the seed bytes)"


def new_seed() -> str:
    """Return a fresh seed, 64 hexadecimal digits."""
    return secrets.token_hex(SEED_BYTES)


def commitment_of(seed: str) -> str:
    """Return what is published of a seed beforehand: the SHA-256 of its bytes, in hexadecimal."""
    return hashlib.sha256(bytes.fromhex(seed)).hexdigest()


def lot_of(seed: str, entry: str) -> str:
    """Return the lot of one id: HMAC-SHA256 of its text under the seed; the lowest comes first."""
    return hmac.new(bytes.fromhex(seed), entry.encode(), hashlib.sha256).hexdigest()


def drawn(seed: str, entries: Iterable[str]) -> list[str]:
    """Return the ids in drawn order. It depends on the seed and the ids and on nothing else."""
    return sorted(entries, key=lambda entry: (lot_of(seed, entry), entry))


@dataclass(frozen=True, slots=True)
class Proof:
    """What came of repeating a draw: whether the seed is the promised one and the order the drawn
    one, and the first number that is not (None: none)."""

    is_seed_promised: bool
    first_wrong: int | None

    def __bool__(self) -> bool:
        return self.is_seed_promised and self.first_wrong is None


def verify(commitment: str, seed: str, entries: Sequence[str]) -> Proof:
    """Repeat a draw from what is published: the commitment, the seed, and the ids in their order."""
    again = drawn(seed, entries)
    wrong = (
        n for n, (ours, theirs) in enumerate(zip(again, entries, strict=True), 1) if ours != theirs
    )
    return Proof(hmac.compare_digest(commitment_of(seed), commitment), next(wrong, None))


@dataclass(frozen=True, slots=True)
class Published:
    """What is published of a draw that is done."""

    commitment: str
    seed: str
    entries: tuple[str, ...]


def read_published(text: str) -> Published:
    """Read what is published of a draw as a text.

    :raises ValueError: if it is not such a text, or of a draw that is not done, saying what lacks.
    """
    head, _, rest = text.replace("\r\n", "\n").partition("\n\n")
    told = dict(line.split(": ", 1) for line in head.splitlines() if ": " in line)
    seed, commitment = told.get("seed", ""), told.get(COMMITMENT, "")
    if not commitment:
        raise ValueError(f"it has no line {COMMITMENT}: …")
    if not re.fullmatch(r"[0-9a-f]{64}", seed):
        raise ValueError("it has no seed: the draw is not done")
    return Published(commitment, seed, tuple(rest.split()))


def how_many_to_call(*, at_once: int, active: int, left: int | None, waiting: int) -> int:
    """Return how many more of a line get their turn.

    Never more have one than there are places left (None: no quota), so that whoever is called finds
    a place.
    """
    room = at_once - active if left is None else min(at_once, left) - active
    return max(min(room, waiting), 0)


def wait_for(
    ahead: int, *, called: int, at_once: int, turn: timedelta, opened_at: datetime, at: datetime
) -> timedelta:
    """Estimate how long somebody with `ahead` people before them waits, in whole minutes.

    The line's own pace so far counts; while there is none, everyone is taken to use the whole turn.
    """
    paced = called - at_once
    gone = at - opened_at
    slowest = turn / at_once
    each = min(gone / paced, slowest) if paced > 0 and gone > timedelta() else slowest
    return timedelta(minutes=max(ceil(ahead * each / timedelta(minutes=1)), 1))


def ask_again_in(*, waiting: int, ahead: int, at_once: int) -> timedelta:
    """Return when a page of a line of `waiting` people asks again how it stands, in whole seconds.

    Whoever may be called next asks soonest. The others ask so seldom that a long line leaves the
    servers to those who buy.
    """
    if ahead < at_once:
        return SOONEST
    return min(max(timedelta(seconds=ceil(waiting / POLLS_PER_SECOND)), SOONEST), LATEST)
