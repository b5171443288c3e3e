"""What one line of a file of counts says. Pure: no database, no clock."""

import re
from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from enforcement.imports.mapping import CountMapping
from enforcement.imports.reading import SKIPPED, TWICE, Known, getter, instants, shown, text_reader
from enforcement.rules.counts import Fault, Partly, Told

_WHOLE = re.compile(r"[+-]?[0-9]{1,9}(?:\.0*)?")


class CountReader:
    """Reads the lines of one file by a mapping; remembers how often the clocks were odd."""

    def __init__(
        self, mapping: CountMapping, heads: Sequence[str], *, zone: ZoneInfo, not_after: datetime
    ) -> None:
        fields, place = mapping.fields, {head: n for n, head in enumerate(heads)}
        self._width = len(heads)
        self._zone = text_reader("zone", fields.zone, place)
        self._take_time = getter(fields.counted.sources, place)
        self._instant = Known(instants(fields.counted, zone, not_after))
        self._occupied = place[fields.occupied]
        self._capacity = None if fields.capacity is None else place[fields.capacity]
        self.odd = {TWICE: 0, SKIPPED: 0, "": 0}

    def read(self, number: int, cells: Sequence[str]) -> Told | Partly:
        """Return what line `number` says; if it cannot all be read, what can be, with what is wrong."""
        if len(cells) != self._width:
            told = f"The line has {len(cells)} columns; the file has {self._width}."
            return Partly(number, [Fault(number, "line", "", told)])
        faults: list[Fault] = []
        counted_at, odd = None, ""
        try:
            counted_at, _, odd = self._instant[self._take_time(cells)]
        except ValueError as error:
            given = self._take_time(cells)
            whole = given if isinstance(given, str) else " ".join(given)
            faults.append(Fault(number, "counted", shown(whole), str(error)))
        zone = None
        try:
            zone = self._zone(cells)
        except ValueError as error:
            faults.append(Fault(number, "zone", "", str(error)))
        occupied = self._number(number, "occupied", cells[self._occupied], faults)
        capacity = None
        if self._capacity is not None and cells[self._capacity].strip():
            capacity = self._number(number, "capacity", cells[self._capacity], faults)
        if faults or zone is None or counted_at is None or occupied is None:
            return Partly(number, faults, zone, counted_at, occupied, capacity)
        self.odd[odd] += 1
        return Told(number, zone, counted_at, occupied, capacity)

    def _number(self, number: int, name: str, text: str, faults: list[Fault]) -> int | None:
        given = text.strip()
        if _WHOLE.fullmatch(given):
            return int(given.partition(".")[0])
        told = (
            "It is blank." if not given else f"{shown(given)!r} is not a whole number such as 42."
        )
        faults.append(Fault(number, name, shown(given), told))
        return None
