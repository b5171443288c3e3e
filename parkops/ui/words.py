"""How money, numbers, days and instants are written. Pure: locale and zone are arguments."""

from dataclasses import dataclass
from datetime import date, datetime, tzinfo
from decimal import Decimal
from functools import cache

from babel import Locale, UnknownLocaleError
from babel.dates import format_skeleton
from babel.numbers import format_currency, format_decimal

from parkops.kernel.money import Money, decimals

MINUS = "−"
NARROW_SPACE = " "


@cache
def locale_named(name: str) -> Locale:
    """Return the locale of `en-US`, `fr_CA` or `es`; US English for one that does not exist."""
    try:
        return Locale.parse(name.replace("-", "_"))
    except (ValueError, UnknownLocaleError):
        return Locale("en", "US")


def money_text(amount: Money, locale: str = "en-US") -> str:
    """Return `amount` with its cents and a true minus sign: "$1,544.00", "−$16.50"."""
    if locale_named(locale).language == "en":
        return str(amount)
    shape = _money_shape(amount.currency, locale)
    if shape is None:
        return _money_by_babel(amount.decimal, amount.currency, locale)
    whole, part = divmod(abs(amount.minor), 10**shape.places)
    before, after = shape.negative if amount.minor < 0 else shape.positive
    cents = f"{shape.point}{part:0{shape.places}}" if shape.places else ""
    return f"{before}{whole:,}".replace(",", shape.group) + cents + after


def _money_by_babel(amount: Decimal, currency: str, locale: str) -> str:
    text = format_currency(amount, currency, locale=locale_named(locale), currency_digits=True)
    return text.replace("-", MINUS)


@dataclass(frozen=True, slots=True)
class _MoneyShape:
    """What stands before and after the figures, and what parts them."""

    positive: tuple[str, str]
    negative: tuple[str, str]
    group: str
    point: str
    places: int


@cache
def _money_shape(currency: str, locale: str) -> _MoneyShape | None:
    """Return how Babel writes amounts here, learned once from samples: it takes long for each.

    None where it groups otherwise than by threes; Babel itself then writes every amount.
    """
    symbols = locale_named(locale).number_symbols["latn"]
    group, point, places = symbols["group"], symbols["decimal"], decimals(currency)
    cents = point + "8" * places if places else ""
    around = []
    for sign, figures in (
        (1, f"1{group}234{group}567"),
        (-1, f"1{group}234{group}567"),
        (1, f"1{group}234"),
    ):
        number = Decimal(f"{figures.replace(group, '')}.{'8' * places}") * sign
        before, found, after = _money_by_babel(number, currency, locale).partition(figures + cents)
        if not found or "," in before:
            return None
        around.append((before, after))
    return _MoneyShape(around[0], around[1], group, point, places)


def money_parts(amount: Money, locale: str = "en-US") -> tuple[str, str]:
    """Return the figure and its decimals apart, for large type: ("$12,846", ".50")."""
    text = money_text(amount, locale)
    places = decimals(amount.currency)
    if not places or not text[-places:].isdecimal():
        return text, ""
    return text[: -places - 1], text[-places - 1 :]


def number_text(number: int | float | Decimal, locale: str = "en-US") -> str:
    """Return `number` with its groups: "8,412"."""
    return format_decimal(number, locale=locale_named(locale)).replace("-", MINUS)


def share_text(share: float | Decimal) -> str:
    """Return a share (0 to 1) in whole percent: "71 %"; "<1 %" and ">99 %" for next to all."""
    if 0 < share < 0.005:
        return "<1 %"
    if 0.995 <= share < 1:
        return ">99 %"
    return f"{round(share * 100)} %"


def date_text(
    on: date, locale: str = "en-US", *, year: bool = True, weekday: bool = False, long: bool = False
) -> str:
    """Return the day with its month in letters: "15 Oct 2025", "Tue 15 Oct", "15 October 2025"."""
    language = locale_named(locale)
    if language.language == "en":
        width = "wide" if long else "abbreviated"
        day = f"{language.days['format'][width][on.weekday()]} " if weekday else ""
        written = f"{day}{on.day} {language.months['format'][width][on.month]}"
        return f"{written} {on.year}" if year else written
    month = "MMMM" if long else "MMM"
    skeleton = f"{'y' if year else ''}{month}{'E' if weekday else ''}d"
    return format_skeleton(skeleton, datetime(on.year, on.month, on.day), locale=language)  # noqa: DTZ001


def month_text(on: date, locale: str = "en-US") -> str:
    """Return the month of a day in letters: "Oct 2025"."""
    language = locale_named(locale)
    if language.language == "en":
        return f"{language.months['format']['abbreviated'][on.month]} {on.year}"
    return format_skeleton("yMMM", datetime(on.year, on.month, 1), locale=language)  # noqa: DTZ001


def time_text(at: datetime, zone: tzinfo) -> str:
    """Return the wall clock of `zone` at the instant `at`, on 24 hours: "14:06"."""
    return f"{at.astimezone(zone):%H:%M}"


def instant_text(at: datetime, zone: tzinfo, locale: str = "en-US", *, long: bool = False) -> str:
    """Return day and wall clock: "15 Oct 2025, 14:06"."""
    return f"{date_text(at.astimezone(zone).date(), locale, long=long)}, {time_text(at, zone)}"
