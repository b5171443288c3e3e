"""What a file's columns mean: the mapping, its form, and what is wrong with one.

A mapping is a YAML file; `docs/guides/importing.md` tells how to write it.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Annotated, Any, Literal, Protocol, TypeVar
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationError,
    model_validator,
)

from parkops.kernel.money import CURRENCIES
from parkops.programme import source

ISO = "iso"
NUMBER = "number"


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


def _a_list(given: Any) -> Any:
    return [given] if isinstance(given, str) else given


def _a_column(given: Any) -> Any:
    return {"column": given} if isinstance(given, str) else given


def _known_encoding(name: str) -> str:
    try:
        "".encode(name)
    except LookupError:
        raise ValueError(f"{name} is no encoding; write one such as utf-8 or cp1252") from None
    return name


def _known_zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ValueError(f"{name} is no time zone; write one such as America/Chicago") from None
    return name


def _known_currency(code: str) -> str:
    if code not in CURRENCIES:
        raise ValueError(f"{code} is no currency; write one such as USD")
    return code


Encoding = Annotated[str, AfterValidator(_known_encoding)]
Formats = Annotated[tuple[str, ...], BeforeValidator(_a_list), Field(min_length=1, strict=False)]


class FileForm(_Strict):
    """How the file is written. `columns` names the columns of a file without heads."""

    encoding: Encoding = "utf-8"
    fallback: Encoding | None = None
    delimiter: str = Field(",", min_length=1, max_length=1)
    columns: Annotated[tuple[str, ...], Field(strict=False)] = ()


class Pick(_Strict):
    """Where a text is found: in a column, in several joined, or the same on every line.

    `values` says what the file's own words are called here; `default` stands for a blank;
    `whole` writes a number such as 51.0 as 51.
    """

    column: str = ""
    columns: Annotated[tuple[str, ...], Field(strict=False)] = ()
    join: str = " "
    value: str | None = None
    values: dict[str, str] = {}
    default: str = ""
    whole: bool = False

    @model_validator(mode="after")
    def _one_place(self) -> "Pick":
        places = bool(self.column) + bool(self.columns) + (self.value is not None)
        if places != 1:
            raise ValueError("write one of column, columns and value")
        return self

    @property
    def sources(self) -> tuple[str, ...]:
        """The columns of the file that it reads."""
        return (self.column,) if self.column else self.columns


class Amount(_Strict):
    """A column with an amount of money; `decimal` is the sign before its cents."""

    column: str
    decimal: Literal[".", ","] = "."
    default: str = ""

    @property
    def sources(self) -> tuple[str, ...]:
        """The columns of the file that it reads."""
        return (self.column,)


class TimePart(_Strict):
    """A column with a date or a time of day, and the forms in which it is written.

    A form is one of Python's (%m/%d/%Y), `iso`, or for a time of day `number`: 805.0 is 08:05.
    """

    column: str
    format: Formats = (ISO,)
    default: str = ""


class When(_Strict):
    """When the citation was issued: one column, or one with the date and one with the time."""

    column: str = ""
    format: Formats = (ISO,)
    date: TimePart | None = None
    time: TimePart | None = None

    @model_validator(mode="after")
    def _one_or_two(self) -> "When":
        if bool(self.column) == (self.date is not None):
            raise ValueError("write column, or date with an optional time")
        if self.time is not None and self.date is None:
            raise ValueError("write date beside time")
        return self

    @property
    def sources(self) -> tuple[str, ...]:
        """The columns of the file that it reads."""
        if self.date is None:
            return (self.column,)
        return (self.date.column, self.time.column) if self.time else (self.date.column,)


class Position(_Strict):
    """Two columns with degrees; what is out of range is left blank."""

    lat: str
    lon: str

    @property
    def sources(self) -> tuple[str, ...]:
        """The columns of the file that it reads."""
        return (self.lat, self.lon)


Text = Annotated[Pick, BeforeValidator(_a_column)]
Sum = Annotated[Amount, BeforeValidator(_a_column)]
MONEY = ("penalty", "interest", "reduction", "paid")
"""Fields of what a citation came to besides its fine; a blank is nothing."""


class Fields(_Strict):
    """What each part of a citation is read from. A file without plates maps none."""

    id: Text | None = None
    issued: Annotated[When, BeforeValidator(_a_column)]
    violation: Text
    violation_name: Text | None = None
    fine: Sum
    penalty: Sum | None = None
    interest: Sum | None = None
    reduction: Sum | None = None
    paid: Sum | None = None
    due: Sum | None = None
    plate: Text | None = None
    region: Text | None = None
    vehicle: Text | None = None
    zone: Text | None = None
    place: Text | None = None
    position: Position | None = None
    agency: Text | None = None
    officer: Text | None = None
    note: Text | None = None
    public_note: Text | None = None

    @property
    def has_money(self) -> bool:
        """Whether the file says what was added to the fines, taken off, paid, or is due."""
        return any(getattr(self, name) is not None for name in (*MONEY, "due"))

    def sources(self) -> Iterator[tuple[str, str]]:
        """Give (field, column of the file) for every column that is read."""
        for name in type(self).model_fields:
            part = getattr(self, name)
            for column in part.sources if part is not None else ():
                yield name, column


class CountFields(_Strict):
    """What each part of a count of vehicles is read from. Without a capacity the zone's own is meant."""

    zone: Text
    counted: Annotated[When, BeforeValidator(_a_column)]
    occupied: str
    capacity: str | None = None

    def sources(self) -> Iterator[tuple[str, str]]:
        """Give (field, column of the file) for every column that is read."""
        for name, part in (("zone", self.zone), ("counted", self.counted)):
            for column in part.sources:
                yield name, column
        yield "occupied", self.occupied
        if self.capacity is not None:
            yield "capacity", self.capacity


class Columns(Protocol):
    """What a mapping reads from the columns of its file."""

    def sources(self) -> Iterator[tuple[str, str]]:
        """Give (field, column of the file) for every column that is read."""


class Sheet(Protocol):
    """What of a mapping is about its file: how it is written, and which columns are read."""

    @property
    def file(self) -> FileForm:
        """How the file is written."""

    @property
    def fields(self) -> Columns:
        """Which columns are read."""


class _Named(_Strict):
    """What every mapping says of its file."""

    name: str = Field(pattern="^[a-z][a-z0-9-]{0,19}$")
    about: str = ""
    file: FileForm = FileForm(delimiter=",")
    timezone: Annotated[str, AfterValidator(_known_zone)] | None = None


class CountMapping(_Named):
    """A mapping of counts of vehicles, all by one kind: sensors, a gate, or a person."""

    kind: Literal["sensor", "gate", "manual"] = "sensor"
    fields: CountFields


class Mapping(_Named):
    """A mapping: which file it is for, how that is written, and what its columns mean.

    `name` stays for ever: with a line's id or content it is what makes importing twice once.
    `number_prefix` makes citation numbers of the file's own ids.
    """

    currency: Annotated[str, AfterValidator(_known_currency)] | None = None
    number_prefix: str = Field("", pattern="^[A-Z0-9-]{0,10}$")
    fields: Fields

    @model_validator(mode="after")
    def _prefix_needs_id(self) -> "Mapping":
        if self.number_prefix and self.fields.id is None:
            raise ValueError("number_prefix needs fields.id")
        return self


@dataclass(frozen=True, slots=True, order=True)
class Fault:
    """One thing that is wrong with a mapping."""

    line: int
    path: str
    message: str

    def render(self, filename: str) -> str:
        """Return the fault as a line: `FILE:LINE: path.to.key: what is wrong`."""
        return f"{filename}:{self.line}: {self.path}: {self.message}"


class FaultyMapping(ValueError):
    """A file that is no mapping; `faults` has all that is wrong, by line."""

    def __init__(self, faults: list[Fault], filename: str) -> None:
        super().__init__("\n".join(fault.render(filename) for fault in faults))
        self.faults = faults


M = TypeVar("M", Mapping, CountMapping)


def load(raw: bytes, filename: str = "mapping.yaml") -> Mapping:
    """Return the mapping of citations that the bytes of a YAML file say.

    :raises FaultyMapping: with all its faults, if they say none.
    """
    return load_as(Mapping, raw, filename)


def load_as(form: type[M], raw: bytes, filename: str = "mapping.yaml") -> M:
    """Return the mapping of a form that the bytes of a YAML file say.

    :raises FaultyMapping: with all its faults, if they say none.
    """
    held = source.read(raw)
    faults = [Fault(line, _dotted(path), message) for line, path, message in held.faults]
    found = None
    if isinstance(held.document, dict):
        try:
            found = form.model_validate(source.plain(held.document))
        except ValidationError as error:
            for fault in error.errors(include_url=False):
                path = tuple(fault["loc"])
                faults.append(Fault(held.line_of(path), _dotted(path), _told(fault)))
    elif not faults:
        faults.append(Fault(1, "mapping", "write name and fields as keys"))
    if faults or found is None:
        raise FaultyMapping(sorted(faults), filename)
    return found


def read(path: Path) -> Mapping:
    """Return the mapping of citations in the file at `path`.

    :raises FaultyMapping: if it says none.
    :raises OSError: if it cannot be read.
    """
    return read_as(Mapping, path)


def read_as(form: type[M], path: Path) -> M:
    """Return the mapping of a form in the file at `path`.

    :raises FaultyMapping: if it says none.
    :raises OSError: if it cannot be read.
    """
    return load_as(form, path.read_bytes(), str(path))


def _dotted(path: tuple[str | int, ...]) -> str:
    return ".".join(str(part) for part in path) or "mapping"


_KEYS = sorted(
    {
        name
        for form in (
            *(Mapping, CountMapping, FileForm, Fields, CountFields),
            *(Pick, Amount, When, TimePart, Position),
        )
        for name in form.model_fields
    }
)


def _told(fault: Any) -> str:
    """One fault of pydantic's, in our words."""
    kind, key = fault["type"], str(fault["loc"][-1]) if fault["loc"] else ""
    if kind == "extra_forbidden":
        near = get_close_matches(key, _KEYS, n=1)
        return f"{key} is no key here" + (f"; did you mean {near[0]}?" if near else "")
    if kind == "missing":
        return f"{key} is missing"
    if kind == "string_pattern_mismatch":
        return f"{fault['input']!r} does not have the form {fault['ctx']['pattern']}"
    if kind == "value_error":
        return str(fault["ctx"]["error"])
    told = fault["msg"].removeprefix("Input should be ")
    return f"{fault['input']!r} is not {told}" if told != fault["msg"] else fault["msg"]
