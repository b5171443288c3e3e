"""The basic types of the programme file: each reads one value and says what would be right."""

import re
from datetime import date
from decimal import Decimal
from difflib import get_close_matches
from typing import Annotated, Any, NoReturn
from zoneinfo import ZoneInfo, available_timezones

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    PlainValidator,
    ValidationInfo,
    model_validator,
)
from pydantic_core import PydanticCustomError

from parkops.kernel import money
from parkops.kernel.codes import is_code
from parkops.kernel.dates import YEARS, Duration, Moment
from parkops.kernel.money import Money
from parkops.kernel.window_forms import WindowFault, month_day, parse_season, parse_windows
from parkops.kernel.windows import MonthDay, Window

FAULTS = "programme_faults"
"""The type of our own errors; `faults` in their context lists (path inside the value, message)."""

Faults = list[tuple[tuple[str | int, ...], str]]

FIRST_YEAR, LAST_YEAR = YEARS.start, YEARS.stop - 1
LARGEST_FACTOR = 1000

_DECIMAL = re.compile(r"[0-9]{1,9}(\.[0-9]{1,10})?")
_PERCENT = re.compile(r"([0-9]{1,6}(?:\.[0-9]{1,10})?) ?%")
_MOMENT = re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2})(?:[ T]([0-9]{2}):([0-9]{2})(?::00)?)?")
_LANGUAGE = re.compile(
    r"[A-Za-z]{2,3}(-[A-Za-z]{3}){0,3}(-[A-Za-z]{4})?(-([A-Za-z]{2}|[0-9]{3}))?"
    r"(-([A-Za-z0-9]{5,8}|[0-9][A-Za-z0-9]{3}))*(-[A-WYZa-wyz0-9](-[A-Za-z0-9]{2,8})+)*"
    r"(-x(-[A-Za-z0-9]{1,8})+)?"
)


class Part(BaseModel):
    """A mapping of the file: frozen, unknown keys are faults, a key without a value is left out."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", populate_by_name=True, arbitrary_types_allowed=True
    )

    @model_validator(mode="before")
    @classmethod
    def _empty_is_left_out(cls, data: Any) -> Any:
        if not isinstance(data, dict):
            return data
        known = {field.alias or name for name, field in cls.model_fields.items()}
        return {k: v for k, v in data.items() if v is not None or k not in known}


def wrong(message: str, *path: str | int) -> NoReturn:
    """Refuse the value, at `path` inside it, in words that say what would be right."""
    wrong_all([(path, message)])


def wrong_all(faults: Faults) -> NoReturn:
    """Refuse the value for several reasons at once."""
    texts = "; ".join(message for _, message in faults)
    raise PydanticCustomError(FAULTS, "{text}", {"text": texts, "faults": faults})


def shown(value: object) -> str:
    """Return a value of the file in a fault's words: short, as it was written."""
    if value is None:
        return "nothing"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, dict):
        return "a mapping"
    if isinstance(value, list | tuple):
        return "a list"
    text = getattr(value, "text", None) or str(value)
    text = text if len(text) <= 60 else f"{text[:57]}..."
    return text if isinstance(value, int | float) else repr(text)


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _read_text(value: object) -> str:
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    if not isinstance(value, str):
        wrong(f"{shown(value)} is not a text; write it in quotes")
    if not value.strip():
        wrong("the text is empty; write at least one character")
    if len(value) > 500:
        wrong(f"the text has {len(value)} characters; write at most 500")
    return value.strip()


def _read_code(value: object) -> str:
    text = str(value) if isinstance(value, int) and not isinstance(value, bool) else value
    if not isinstance(text, str) or not is_code(text):
        wrong(f"{shown(value)} is not a code; write 1 to 24 letters, digits, - or _")
    return text


def _read_bool(value: object) -> bool:
    words = {"true": True, "yes": True, "on": True, "false": False, "no": False, "off": False}
    word = value.casefold() if isinstance(value, str) else value
    if isinstance(word, bool):
        return word
    if not isinstance(word, str) or word not in words:
        wrong(f"{shown(value)} is neither true nor false")
    return words[word]


def _read_whole(value: object) -> int:
    if not isinstance(value, int) or isinstance(value, bool):
        wrong(f"{shown(value)} is not a whole number; write it without quotes, such as 2")
    if abs(value) > 10**9:
        wrong(f"{value} is too large; write at most 1000000000")
    return value


def read_money(value: object, info: ValidationInfo) -> Money:
    """Read a quoted decimal in the programme's currency, which the context names."""
    if isinstance(value, Money):
        return value
    currency = (info.context or {}).get("currency")
    if _is_number(value):
        wrong(f'{shown(value)} has no quotes; write money as a quoted decimal: "{shown(value)}"')
    if not isinstance(value, str):
        wrong(f'{shown(value)} is not money; write a quoted decimal such as "45.00"')
    try:
        return Money.parse(value, currency or max(money.DECIMALS, key=money.decimals))
    except ValueError as fault:
        wrong(f"{fault}" if currency else f'{value!r} is not money; write it such as "45.00"')


def _not_negative(value: Money) -> Money:
    if value.minor < 0:
        wrong(f"{value.amount} is less than nothing; write an amount of 0 or more")
    return value


def _read_share(value: object) -> Decimal:
    if isinstance(value, Decimal):
        return value
    form = _PERCENT.fullmatch(value) if isinstance(value, str) else None
    if form is None:
        digits = str(shown(value)).strip("'%")
        near = digits if _DECIMAL.fullmatch(digits) else "50"
        wrong(f'{shown(value)} is not a percent; write it with its sign: "{near}%"')
    return Decimal(form[1]) / 100


def _at_most_all(value: Decimal) -> Decimal:
    if value > 1:
        wrong(f"{(value * 100).normalize():f}% is more than all of it; write at most 100%")
    return value


def _read_money_or_share(value: object, info: ValidationInfo) -> Money | Decimal:
    if isinstance(value, str) and value.endswith("%"):
        return _at_most_all(_read_share(value))
    if isinstance(value, Decimal):
        return value
    return _not_negative(read_money(value, info))


def _read_factor(value: object) -> Decimal:
    if isinstance(value, Decimal):
        return value
    if isinstance(value, float):
        wrong(f'{shown(value)} has no quotes; write a factor as a quoted decimal: "{shown(value)}"')
    if isinstance(value, bool) or not _DECIMAL.fullmatch(str(value)):
        wrong(f'{shown(value)} is not a factor; write a whole number, or one such as "0.50"')
    factor = Decimal(str(value))
    if factor > LARGEST_FACTOR:
        wrong(f"{value} is too large; write a factor of at most {LARGEST_FACTOR}")
    return factor


def _read_duration(value: object) -> Duration:
    if isinstance(value, Duration):
        return value
    if _is_number(value):
        wrong(f"{shown(value)} has no unit; write a duration such as 15m, 2h, 3d or 1h30m")
    if not isinstance(value, str):
        wrong(f"{shown(value)} is not a duration; write it such as 15m, 2h, 3d or 1h30m")
    try:
        return Duration.parse(value)
    except ValueError:
        wrong(f"{value!r} is not a duration; write it such as 15m, 2h, 3d or 1h30m")


def _longer_than_nothing(value: Duration) -> Duration:
    if not value:
        wrong("the duration is nothing; write one longer than 0m")
    return value


def _read_days(value: object) -> int:
    if _is_number(value):
        wrong(f"{shown(value)} has no unit; write days such as {shown(value)}d")
    duration = _read_duration(value)
    if duration.minutes:
        wrong(f"{shown(value)} is not whole days; write days such as 14d")
    return duration.days


def _read_date(value: object) -> date:
    if type(value) is date:
        return value
    moment = _moment(value)
    if moment is None or moment.minute:
        wrong(f"{shown(value)} is not a date; write it as year-month-day, such as 2026-09-01")
    return moment.on


def _read_moment(value: object) -> Moment:
    if type(value) is date:
        return Moment(value)
    moment = value if isinstance(value, Moment) else _moment(value)
    if moment is None:
        wrong(
            f"{shown(value)} is not a date or a moment; write it as 2026-09-01 or 2026-07-15 08:00"
        )
    return moment


def _moment(value: object) -> Moment | None:
    form = _MOMENT.fullmatch(value) if isinstance(value, str) else None
    if form is None:
        return None
    hour, minute = int(form[2] or 0), int(form[3] or 0)
    if hour > 23 or minute > 59:
        return None
    try:
        on = date.fromisoformat(form[1])
    except ValueError:
        return None
    if not FIRST_YEAR <= on.year <= LAST_YEAR:
        wrong(f"{on} is out of reach; write a year from {FIRST_YEAR} to {LAST_YEAR}")
    return Moment(on, hour * 60 + minute)


def _read_month_day(value: object) -> tuple[int, int]:
    if isinstance(value, tuple):
        return value
    try:
        return month_day(str(value))
    except ValueError:
        wrong(f'{shown(value)} is not a month-day; write it such as "09-01"')


def _read_season(value: object) -> tuple[MonthDay, MonthDay]:
    if isinstance(value, tuple):
        return value
    try:
        return parse_season(value)
    except ValueError as error:
        wrong(f"{error}; write its first and its last day")


def _read_windows(value: object) -> tuple[Window, ...]:
    if isinstance(value, tuple) and all(isinstance(part, Window) for part in value):
        return value
    try:
        return parse_windows(value)
    except WindowFault as fault:
        wrong_all(fault.faults)


def _read_zone_name(value: object) -> str:
    try:
        if not isinstance(value, str) or value in ("", "localtime", "posixrules"):
            raise ValueError
        ZoneInfo(value)
    except (ValueError, OSError, LookupError):
        near = get_close_matches(str(value), available_timezones(), 1, 0.8)
        hint = f"did you mean {near[0]}?" if near else "write one such as America/Toronto"
        wrong(f"{shown(value)} is not a time zone; {hint}")
    return value


def _read_currency(value: object) -> str:
    if not isinstance(value, str) or value not in money.CURRENCIES:
        wrong(f"{shown(value)} is not a currency in use; write its ISO 4217 code, such as CAD")
    return value


def _read_language(value: object) -> str:
    if not isinstance(value, str) or not _LANGUAGE.fullmatch(value):
        wrong(f"{shown(value)} is not a language tag; write it after BCP 47, such as en or fr-CA")
    return value


def _one_or_more(value: int) -> int:
    if value < 1:
        wrong(f"{value} is too small; write 1 or more")
    return value


def _zero_or_more(value: int) -> int:
    if value < 0:
        wrong(f"{value} is too small; write 0 or more")
    return value


def at_most(most: int) -> AfterValidator:
    """Return the check that a number is not above `most`."""

    def check(value: int) -> int:
        if value > most:
            wrong(f"{value} is too large; write {most} or less")
        return value

    return AfterValidator(check)


Text = Annotated[str, PlainValidator(_read_text)]
Code = Annotated[str, PlainValidator(_read_code)]
Flag = Annotated[bool, PlainValidator(_read_bool)]
Whole = Annotated[int, PlainValidator(_read_whole), AfterValidator(_zero_or_more)]
Count = Annotated[int, PlainValidator(_read_whole), AfterValidator(_one_or_more)]
SignedMoney = Annotated[Money, PlainValidator(read_money)]
Amount = Annotated[Money, PlainValidator(read_money), AfterValidator(_not_negative)]
Share = Annotated[Decimal, PlainValidator(_read_share)]
PartShare = Annotated[Decimal, PlainValidator(_read_share), AfterValidator(_at_most_all)]
AmountOrShare = Annotated[Money | Decimal, PlainValidator(_read_money_or_share)]
Factor = Annotated[Decimal, PlainValidator(_read_factor)]
Span = Annotated[Duration, PlainValidator(_read_duration)]
LongSpan = Annotated[Duration, PlainValidator(_read_duration), AfterValidator(_longer_than_nothing)]
Days = Annotated[int, PlainValidator(_read_days)]
Date = Annotated[date, PlainValidator(_read_date)]
MomentField = Annotated[Moment, PlainValidator(_read_moment)]
YearStart = Annotated[tuple[int, int], PlainValidator(_read_month_day)]
Season = Annotated[tuple[MonthDay, MonthDay], PlainValidator(_read_season)]
Windows = Annotated[tuple[Window, ...], PlainValidator(_read_windows)]
ZoneName = Annotated[str, PlainValidator(_read_zone_name)]
Currency = Annotated[str, PlainValidator(_read_currency)]
Language = Annotated[str, PlainValidator(_read_language)]
Codes = tuple[Code, ...]
SomeCodes = Annotated[tuple[Code, ...], Field(min_length=1)]
