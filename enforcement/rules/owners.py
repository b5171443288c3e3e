"""Which record of a register is a vehicle's owner, and whether a person must look at it. Pure."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise

from enforcement.rules.tables import Fault, read_table
from parkops.kernel.decisions import ALLOWED, Decision
from parkops.kernel.plates import plate_key

COLUMNS = ("plate", "region", "record_on", "name", "address", "email", "make", "plate_expires_on")
"""The columns of the file of answers; the first, third, fourth and fifth must be filled."""
NEEDED = ("plate", "record_on", "name", "address")


@dataclass(frozen=True, slots=True)
class Record:
    """What a register says of a plate as of a day."""

    record_on: date
    make: str = ""
    plate_expires_on: date | None = None


@dataclass(frozen=True, slots=True)
class Seen:
    """What stands on the citation: when it was, the vehicle in words, when its plate expires."""

    on: date
    vehicle: str = ""
    plate_expires_on: date | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """A line of the register's file, read."""

    line: int
    plate: str
    region: str
    name: str
    address: str
    email: str
    record: Record


def proposed(records: Sequence[Record], offence_on: date) -> int | None:
    """Return which record is proposed as the owner's: the first on or after the day of the offence."""
    after = [(r.record_on, n) for n, r in enumerate(records) if r.record_on >= offence_on]
    return min(after)[1] if after else None


def differences(seen: Seen, record: Record) -> list[str]:
    """Return in words what differs between the citation and a record; none if both match."""
    found = []
    if not seen.vehicle.strip():
        found.append("No make was written on the citation.")
    elif not record.make.strip() or not _has_make(seen.vehicle, record.make):
        found.append(f"Make: {seen.vehicle} on the citation, {record.make or 'none'} on record.")
    if seen.plate_expires_on is None:
        found.append("No plate expiry was written on the citation.")
    elif record.plate_expires_on != seen.plate_expires_on:
        on_record = f"{record.plate_expires_on:%Y-%m}" if record.plate_expires_on else "none"
        found.append(
            f"Plate expiry: {seen.plate_expires_on:%Y-%m} on the citation, {on_record} on record."
        )
    return found


def may_join(*, has_plate: bool, is_locked: bool, batch: str, other: str) -> Decision:
    """Decide whether a citation may join a batch; `other` is the open batch that it is in already."""
    if not has_plate:
        return Decision("no_plate", "It has no plate: nobody can be asked whose it is.")
    if is_locked:
        return Decision("locked", f"Batch {batch} is locked and sent: it takes no more.")
    if other:
        return Decision("in_batch", f"It is in batch {other} already, which is not answered yet.")
    return ALLOWED


def read_answers(content: bytes) -> tuple[list[Answer], list[Fault]]:
    """Read a register's file of answers: a head line with `COLUMNS` in any order, then a line a record."""
    rows, faults = read_table(content, needed=NEEDED)
    read = [_answer(line, told) for line, told in rows]
    faults += [one for one in read if isinstance(one, Fault)]
    faults.sort(key=lambda fault: fault.line)
    return [one for one in read if isinstance(one, Answer)], faults


def _answer(line: int, told: dict[str, str]) -> Answer | Fault:
    try:
        plate_key(told["plate"])
        record_on = date.fromisoformat(told["record_on"])
        expires_on = read_expiry(told.get("plate_expires_on", ""))
    except ValueError as error:
        return Fault(line, f"{error}. A date is written 2026-05-20.")
    record = Record(record_on, told.get("make", "")[:40], expires_on)
    name, address = told["name"][:200], told["address"].replace("|", "\n")[:300]
    return Answer(
        line, told["plate"][:32], told.get("region", "")[:16], name, address,
        told.get("email", "")[:254], record,
    )  # fmt: skip


def read_expiry(text: str) -> date | None:
    """Read a day, or a month such as 2027-03, which stands for its first day."""
    if not text:
        return None
    return date.fromisoformat(f"{text}-01" if re.fullmatch(r"\d{4}-\d{2}", text) else text)


def _has_make(vehicle: str, make: str) -> bool:
    """Whether the make stands in the vehicle's words, whole words side by side."""
    words, wanted = _words(vehicle), _words(make)
    if len(wanted) == 1:
        return wanted[0] in words
    return bool(wanted) and tuple(wanted[:2]) in set(pairwise(words))


def _words(text: str) -> list[str]:
    return re.findall(r"[^\W_]+", text.casefold())
