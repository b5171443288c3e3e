"""What one line of a file says: the values of a citation, or everything that is wrong with it."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from functools import partial
from hashlib import blake2b
from operator import itemgetter
from typing import Any, Generic, NamedTuple, TypeVar
from zoneinfo import ZoneInfo

from enforcement.imports.mapping import ISO, MONEY, NUMBER, Amount, Mapping, Pick, TimePart, When
from parkops.kernel.money import Money, decimals
from parkops.kernel.plates import plate_key

FIRST_YEAR = 1900
LARGEST_MINOR = 10**14
REMEMBERED = 20_000
REMEMBERED_LENGTH = 200
TWICE = "twice"
SKIPPED = "skipped"

# The room that the columns of a citation have, and an id in its reference and number.
LONGEST = {
    "id": 30,
    "violation": 40,
    "violation_name": 200,
    "plate": 32,
    "region": 16,
    "vehicle": 100,
    "zone": 24,
    "place": 200,
    "agency": 100,
    "officer": 200,
    "note": 10_000,
    "public_note": 10_000,
}

Value = TypeVar("Value")
Places = dict[str, int]
"""Where each column stands in a line."""


class Row(NamedTuple):
    """A citation as a line says it, in the order of the stage's columns.

    `id` is the file's own, None where it has none. `digest` is of the whole line. `odd_time` says
    that the clocks showed the time twice that day, or skipped it.
    """

    id: str | None
    digest: bytes
    issued_at: datetime
    issued_on: date
    odd_time: str
    fine_minor: int
    violation: str
    violation_name: str
    plate_text: str
    plate_key: str
    region: str
    vehicle: str
    zone: str
    place: str
    lat: float | None
    lon: float | None
    agency: str
    officer: str
    note: str
    public_note: str
    penalty_minor: int = 0
    interest_minor: int = 0
    reduction_minor: int = 0
    paid_minor: int = 0


@dataclass(frozen=True, slots=True)
class Flaw:
    """Why a line is refused: the field of a citation, what the line has there, and the reason."""

    field: str
    value: str
    reason: str


class Unreadable(Exception):
    """A line that cannot be imported; `flaws` has every reason."""

    def __init__(self, flaws: list[Flaw]) -> None:
        super().__init__("; ".join(flaw.reason for flaw in flaws))
        self.flaws = flaws


class Known(dict[Any, Value], Generic[Value]):
    """Values by the text they were read from: columns repeat themselves. Bounded."""

    def __init__(self, read: Callable[[Any], Value]) -> None:
        super().__init__()
        self._read = read

    def __missing__(self, text: Any) -> Value:
        value = self._read(text)
        if len(str(text)) <= REMEMBERED_LENGTH:
            if len(self) >= REMEMBERED:
                self.clear()
            self[text] = value
        return value


class LineReader:
    """Reads lines of one file by a mapping, in a currency and a time zone.

    `not_after` is the instant after which nothing can have been issued yet.

    :raises ValueError: if a text that the mapping itself gives does not fit.
    """

    def __init__(
        self,
        mapping: Mapping,
        heads: Sequence[str],
        *,
        currency: str,
        zone: ZoneInfo,
        not_after: datetime,
    ) -> None:
        self.width = len(heads)
        self._place = {head: place for place, head in enumerate(heads)}
        fields = mapping.fields
        self._issued_from = self._getter(fields.issued.sources)
        self._issued = Known(instants(fields.issued, zone, not_after))
        self._fine_from = self._getter(fields.fine.sources)
        self._fine = Known(_amounts("fine", fields.fine, decimals(currency)))
        self._money = {
            name: (self._getter(amount.sources), Known(_amounts(name, amount, decimals(currency))))
            for name in (*MONEY, "due")
            if (amount := getattr(fields, name)) is not None
        }
        self._currency = currency
        self._text = {
            name: self._reader(name, getattr(fields, name))
            for name in LONGEST
            if name not in ("id", "plate")
        }
        self._id = self._reader("id", fields.id) if fields.id else None
        self._id_is_number = bool(mapping.number_prefix)
        self._plate = self._reader("plate", fields.plate) if fields.plate else None
        self._key: Known[str] = Known(lambda text: plate_key(text) if text else "")
        self._position_from = (
            self._getter(fields.position.sources) if fields.position else lambda _: ("", "")
        )
        self._position = Known(_degrees)

    def read(self, cells: list[str]) -> Row:
        """Return what a line says.

        :raises Unreadable: with every flaw of the line.
        """
        if len(cells) != self.width:
            cells = self._fitted(cells)
        try:
            return self._row(cells)
        except ValueError:
            flaws = self._flaws(cells) or [Flaw("line", "", "It cannot be read.")]
            raise Unreadable(flaws) from None

    def _row(self, cells: list[str]) -> Row:
        text = self._text
        issued_at, issued_on, odd = self._issued[self._issued_from(cells)]
        plate = self._plate(cells) if self._plate else ""
        lat, lon = self._position[self._position_from(cells)]
        fine = self._fine[self._fine_from(cells)]
        owing = self._owing(fine, cells) if self._money else ()
        return Row(
            self._own_id(cells),
            digest_of(cells),
            issued_at,
            issued_on,
            odd,
            fine,
            _needed(text["violation"](cells)),
            text["violation_name"](cells),
            plate,
            self._key[plate],
            text["region"](cells),
            text["vehicle"](cells),
            text["zone"](cells),
            text["place"](cells),
            lat,
            lon,
            text["agency"](cells),
            text["officer"](cells),
            text["note"](cells),
            text["public_note"](cells),
            *owing,
        )

    def _owing(self, fine: int, cells: list[str]) -> tuple[int, ...]:
        """Return penalty, interest, reduction and what was paid; they must come to what is due."""
        said = {name: known[take(cells)] for name, (take, known) in self._money.items()}
        penalty, interest, reduction, paid = owing = tuple(said.get(name, 0) for name in MONEY)
        if not fine and (penalty or interest):
            raise _NoValue("What has no fine cannot have a penalty or interest.", "")
        left = fine + penalty + interest - reduction - paid
        if left + paid < 0:
            told = f"It is reduced by {self._worth(reduction)}, more than it came to: "
            raise _NoValue(f"{told}{self._worth(left + paid + reduction)}.", "")
        due = said.get("due")
        # Some systems write what was paid too much as due below zero, others as nothing due.
        if due is not None and due != left and due != max(left, 0):
            sums = f"fine {self._worth(fine)}, penalty {self._worth(penalty)} and interest "
            sums += f"{self._worth(interest)}, less {self._worth(reduction)} reduced and "
            sums += f"{self._worth(paid)} paid, leave {self._worth(left)}"
            raise _NoValue(f"The file says that {self._worth(due)} is due, but {sums}.", "")
        return owing

    def _worth(self, minor: int) -> str:
        return Money(minor, self._currency).amount

    def _own_id(self, cells: list[str]) -> str | None:
        if self._id is None:
            return None
        own = _needed(self._id(cells))
        if self._id_is_number and not _FIT_FOR_A_NUMBER.fullmatch(own):
            raise _NoValue("A number has only letters, digits, dots and hyphens.", own)
        return own

    def _flaws(self, cells: list[str]) -> list[Flaw]:
        """Read every part by itself and return what is wrong with each."""
        parts: list[tuple[str, Any, Callable[[], Any]]] = [
            ("issued", self._issued_from(cells), lambda: self._issued[self._issued_from(cells)]),
            ("fine", self._fine_from(cells), lambda: self._fine[self._fine_from(cells)]),
            ("violation", "", lambda: _needed(self._text["violation"](cells))),
            ("id", "", lambda: self._own_id(cells)),
        ]
        if self._plate:
            plate = self._plate
            parts.append(("plate", "", lambda: self._key[plate(cells)]))
        parts += [
            (name, "", partial(read, cells))
            for name, read in self._text.items()
            if name != "violation"
        ]
        parts += [
            (name, take(cells), partial(known.__getitem__, take(cells)))
            for name, (take, known) in self._money.items()
        ]
        found = []
        for name, held, read in parts:
            try:
                read()
            except ValueError as error:
                given = getattr(error, "given", held)
                whole = given if isinstance(given, str) else " ".join(given)
                found.append(Flaw(name, shown(whole), str(error)))
        if not found and self._money:
            found += self._flaw_of_sums(cells)
        return found

    def _flaw_of_sums(self, cells: list[str]) -> list[Flaw]:
        try:
            self._owing(self._fine[self._fine_from(cells)], cells)
        except ValueError as error:
            name = "due" if "due" in self._money else next(iter(self._money))
            return [Flaw(name, shown(self._money[name][0](cells)), str(error))]
        return []

    def _fitted(self, cells: list[str]) -> list[str]:
        """Return the cells of a line with blank ones too many at its end cut off."""
        if len(cells) > self.width and not any(cell.strip() for cell in cells[self.width :]):
            return cells[: self.width]
        told = f"The line has {len(cells)} columns; the file has {self.width}."
        raise Unreadable([Flaw("line", "", told)])

    def _getter(self, columns: Sequence[str]) -> Callable[[Sequence[str]], Any]:
        return getter(columns, self._place)

    def _reader(self, name: str, pick: Pick | None) -> Callable[[Sequence[str]], str]:
        """Return what reads one text of a line."""
        return text_reader(name, pick, self._place) if pick else lambda _: ""


def getter(columns: Sequence[str], place: Places) -> Callable[[Sequence[str]], Any]:
    """Return what takes columns from the cells of a line: one as a text, several as a tuple."""
    return itemgetter(*(place[column] for column in columns))


def text_reader(name: str, pick: Pick, place: Places) -> Callable[[Sequence[str]], str]:
    """Return what reads one text of a line, that of the field `name`."""
    if pick.value is not None:
        fixed = _texts(name, pick)(pick.value)
        return lambda _: fixed
    known = Known(_texts(name, pick))
    take = getter(pick.sources, place)
    if len(pick.sources) == 1:
        return lambda cells: known[take(cells)]
    join = pick.join
    cleaned = Known(_clean)
    return lambda cells: known[join.join(filter(None, map(cleaned.__getitem__, take(cells))))]


class _NoValue(ValueError):
    """A text that cannot be used, kept for the report."""

    def __init__(self, reason: str, given: str) -> None:
        super().__init__(reason)
        self.given = given


def digest_of(cells: Sequence[str]) -> bytes:
    """Return 16 bytes that tell the content of one line from another's."""
    text = "\x1f".join(cells)
    return blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16).digest()


def minor_of(text: str, *, places: int, decimal: str = ".", word: str = "fine") -> int:
    """Return an amount written as `51`, `25.0`, `$1,234.50` or `12,50 €` in minor units.

    :raises ValueError: if it is none, is below zero, or has more decimals than the currency.
    """
    bare = text.strip().strip("$€£¥ \u00a0").removeprefix("USD").removesuffix("USD").strip()
    form = _AMOUNT[decimal].fullmatch(bare)
    if form is None:
        if _NEGATIVE.fullmatch(text.strip().replace(" ", "")):
            raise ValueError(f"A {word} cannot be below zero.")
        raise ValueError(f"{shown(text)!r} is not an amount of money.")
    whole = re.sub(r"[^0-9]", "", form["whole"])
    part = (form["part"] or "").rstrip("0")
    if len(part) > places:
        raise ValueError(f"{shown(text)} has more decimals than the currency.")
    minor = int(whole + part.ljust(places, "0"))
    if minor > LARGEST_MINOR:
        raise ValueError(f"{shown(text)} is more than any fine.")
    return minor


_AMOUNT = {
    sign: re.compile(
        rf"\+?(?P<whole>[0-9]{{1,15}}|[0-9]{{1,3}}(?:[{other} '\u00a0][0-9]{{3}})+)"
        rf"(?:[{sign}](?P<part>[0-9]{{0,15}}))?"
    )
    for sign, other in ((".", ","), (",", "."))
}
_NEGATIVE = re.compile(r"[$€£¥]?(?:-|\u2212|\().*[0-9].*|.*[0-9]-")
_FIT_FOR_A_NUMBER = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
_CLOCK_NUMBER = re.compile(r"([0-9]{1,4})(?:\.0*)?")


def minute_of(number: str) -> time:
    """Return the time of day that a number such as 805.0 or 1430 says: 08:05, 14:30.

    :raises ValueError: if it says none.
    """
    form = _CLOCK_NUMBER.fullmatch(number)
    if form is None:
        raise ValueError(f"{shown(number)!r} is not a time such as 805 for 08:05.")
    hour, minute = divmod(int(form[1]), 100)
    if hour > 23 or minute > 59:
        raise ValueError(f"{shown(number)} is not a time: {hour:02}:{minute:02} does not exist.")
    return time(hour, minute)


_WORDS = {"interest": "sum of interest", "paid": "sum that was paid"}


def _amounts(name: str, amount: Amount, places: int) -> Callable[[str], Any]:
    """Return what reads the amounts of a field. Only a fine has to be there; only what is due may be
    below zero, where more was paid than that; blank it is None."""
    word = _WORDS.get(name, name)

    def read(text: str) -> int | None:
        given = text.strip() or amount.default
        if not given:
            if name == "fine":
                raise ValueError("The fine is blank.")
            return None if name == "due" else 0
        if name == "due" and given.startswith("-"):
            return -minor_of(given[1:], places=places, decimal=amount.decimal)
        return minor_of(given, places=places, decimal=amount.decimal, word=word)

    return read


def _texts(name: str, pick: Pick) -> Callable[[str], str]:
    longest = LONGEST[name]

    def read(given: str) -> str:
        text = _clean(given)
        if pick.whole and re.fullmatch(r"[0-9]+\.0+", text):
            text = text.partition(".")[0]
        text = pick.values.get(text, text) or pick.default
        if len(text) > longest:
            told = f"It has {len(text)} characters; {longest} fit."
            raise _NoValue(told, given)
        if name == "plate" and text:
            try:
                plate_key(text)
            except ValueError as error:
                raise _NoValue(str(error), given) from None
        return text

    return read


_SPACES = re.compile(r"[\s\x00-\x1f\x7f-\x9f]+")
_SURROGATES = re.compile("[\ud800-\udfff]")


def _clean(text: str) -> str:
    """Return the text with every run of blanks, line ends and control characters as one blank.

    :raises ValueError: if it holds bytes that are not in the file's encoding.
    """
    if text.isascii() and text.isprintable() and "  " not in text:
        return text.strip()
    if _SURROGATES.search(text):
        raise _NoValue(
            "It holds bytes that are not in the file's encoding. The mapping can name a fallback.",
            shown(text),
        )
    return _SPACES.sub(" ", text).strip()


def _needed(text: str) -> str:
    if not text:
        raise _NoValue("It is blank.", "")
    return text


def _degrees(pair: tuple[str, str]) -> tuple[float | None, float | None]:
    """Return latitude and longitude, both blank unless both are degrees on Earth."""
    try:
        lat, lon = float(pair[0]), float(pair[1])
    except ValueError:
        return None, None
    if -90 <= lat <= 90 and -180 <= lon <= 180 and (lat or lon):
        return lat, lon
    return None, None


def instants(
    when: When, zone: ZoneInfo, not_after: datetime
) -> Callable[[Any], tuple[datetime, date, str]]:
    """Return what reads the instant (UTC), the local date, and what is odd about the local time."""
    if when.date is None:
        whole = TimePart(column=when.column, format=when.format)

        def local(given: Any) -> datetime:
            return _moment(given, whole)
    elif when.time is None:
        day = when.date

        def local(given: Any) -> datetime:
            return _moment(given, day)
    else:
        day, clock = when.date, when.time

        def local(given: Any) -> datetime:
            return datetime.combine(_moment(given[0], day).date(), _clock(given[1], clock))

    def read(given: Any) -> tuple[datetime, date, str]:
        wall = local(given)
        if wall.year < FIRST_YEAR:
            raise ValueError(f"{wall.date().isoformat()} is before {FIRST_YEAR}.")
        if wall.year > not_after.year + 1:
            raise ValueError(f"{wall.date().isoformat()} has not come yet.")
        at, odd = instant_of(wall, zone)
        if at > not_after:
            raise ValueError(f"{wall.date().isoformat()} {wall:%H:%M} has not come yet.")
        return at, wall.date(), odd

    return read


def instant_of(wall: datetime, zone: ZoneInfo) -> tuple[datetime, str]:
    """Return the instant (UTC) of a local time, and whether clocks showed it twice or skipped it.

    Of two the first is taken; a skipped time is as long after the change as it says. A time with an
    offset of its own is never odd.
    """
    if wall.tzinfo is not None:
        return wall.astimezone(UTC), ""
    first = wall.replace(tzinfo=zone, fold=0).astimezone(UTC)
    second = wall.replace(tzinfo=zone, fold=1).astimezone(UTC)
    if first == second:
        return first, ""
    return first, TWICE if first < second else SKIPPED


def _moment(text: str, part: TimePart) -> datetime:
    given = text.strip() or part.default
    if not given:
        raise ValueError("The date is blank.")
    for form in part.format:
        try:
            if form == ISO:
                return datetime.fromisoformat(given)
            return datetime.strptime(given, form)  # noqa: DTZ007
        except ValueError:
            continue
    raise ValueError(
        f"{shown(given)!r} does not exist as a date, or is not written {_forms(part)}."
    )


def _clock(text: str, part: TimePart) -> time:
    given = text.strip() or part.default
    if not given:
        raise ValueError("The time is blank.")
    for form in part.format:
        try:
            if form == NUMBER:
                return minute_of(given)
            if form == ISO:
                return time.fromisoformat(given)
            return datetime.strptime(given, form).time()  # noqa: DTZ007
        except ValueError:
            continue
    raise ValueError(
        f"{shown(given)!r} does not exist as a time of day, or is not written {_forms(part)}."
    )


def _forms(part: TimePart) -> str:
    return " or ".join("as 2014-07-31 or 08:05" if form == ISO else form for form in part.format)


def shown(text: str) -> str:
    """Return a text fit for a report: short, on one line, without what no file can hold."""
    flat = _SPACES.sub(" ", _SURROGATES.sub("\ufffd", text)).strip()
    return flat if len(flat) <= 80 else f"{flat[:79]}…"
