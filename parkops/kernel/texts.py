"""A sentence that remembers how it was made, so that the edge can say it in another language.

A `Text` is its US English: programs, files, the API and the office read it as any string. It also
keeps its template and values. Joining one by hand gives plain English again; use `joined`.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from parkops.kernel.money import Money

MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
# Set once by the edge: what a sentence is on an HTML page. Without it, it is its English.
_on_page: list[Callable[["Text"], str]] = []


class Text(str):
    """A sentence in English with what it was made of.

    `values` are plain strings (names, never translated), numbers, days, Money and other Texts.
    `plural` and `count` are set where the sentence depends on a number.
    """

    template: str
    plural: str
    count: int  # type: ignore[assignment]  # a number of things, not `str.count`
    values: Mapping[str, Any]
    parts: tuple[str, ...]
    separator: str

    def __new__(
        cls,
        english: str,
        template: str = "",
        values: Mapping[str, Any] | None = None,
        *,
        plural: str = "",
        count: int = 1,
        parts: tuple[str, ...] = (),
        separator: str = "",
    ) -> "Text":
        """Make one; `say`, `say_n` and `joined` are the ways to."""
        made = super().__new__(cls, english)
        made.template, made.values, made.plural, made.count = template, values or {}, plural, count
        made.parts, made.separator = parts, separator
        return made

    def __html__(self) -> str:
        """Return what a template writes: the sentence in the reader's language, escaped."""
        if _on_page:
            return _on_page[0](self)
        plain = str.__str__(self)
        for mark, entity in (("&", "&amp;"), ("<", "&lt;"), (">", "&gt;"), ('"', "&quot;")):
            plain = plain.replace(mark, entity)
        return plain


@dataclass(frozen=True, slots=True)
class LongDay:
    """A day whose month is written out: "31 August 2027"."""

    on: date

    def __str__(self) -> str:
        return f"{self.on.day} {self.on:%B %Y}"


def written_by(write: Callable[[Text], str]) -> None:
    """Let `write` say what a sentence is on a page; the edge calls this once."""
    _on_page[:] = [write]


def say(template: str, /, **values: Any) -> Text:
    """Return the sentence of an English template: say("Free from {day}.", day=on)."""
    return Text(template.format(**_english(values)), template, values)


def say_n(one: str, many: str, count: int, /, **values: Any) -> Text:
    """Return the sentence for a number: say_n("{n} day", "{n} days", left); `n` is given to both."""
    values = {"n": count, **values}
    chosen = one if count == 1 else many
    return Text(chosen.format(**_english(values)), one, values, plural=many, count=count)


def word(text: str) -> Text:
    """Return a word that the catalog may know, such as a fuel or the name of a level."""
    return Text(text, text.replace("{", "{{").replace("}", "}}"))


def joined(parts: Iterable[str], separator: str = " ") -> Text:
    """Return sentences or names behind one another; each keeps how it was made."""
    kept = tuple(parts)
    return Text(separator.join(kept), parts=kept, separator=separator)


def listed(parts: Iterable[str]) -> Text:
    """Return parts as a list in words: "A", "A and B", "A, B and C"."""
    kept = list(parts)
    if len(kept) < 2:
        return joined(kept)
    return say("{first} and {last}", first=joined(kept[:-1], ", "), last=kept[-1])


def named(name: str) -> str:
    """Return `name`, which translators are to find: a word that stands in a table of words."""
    return name


def day_english(on: date) -> str:
    """Return a day as English reasons write it: "31 Aug 2027"."""
    return f"{on.day} {MONTHS[on.month - 1]} {on.year}"


def packed(text: Any) -> Any:
    """Return a value of a Text as JSON keeps it; a plain string is itself."""
    if isinstance(text, Text):
        if text.parts:
            return {"parts": [packed(part) for part in text.parts], "separator": text.separator}
        kept: dict[str, Any] = {
            "say": text.template,
            "with": {name: packed(value) for name, value in text.values.items()},
        }
        return {**kept, "many": text.plural, "n": text.count} if text.plural else kept
    if isinstance(text, LongDay):
        return {"long_day": text.on.isoformat()}
    if isinstance(text, Money):
        return {"money": text.minor, "currency": text.currency}
    if isinstance(text, date):
        return {"day": text.isoformat()}
    return text


def unpacked(kept: Any) -> Any:
    """Return the value that `packed` kept."""
    if not isinstance(kept, dict):
        return kept
    if "parts" in kept:
        return joined([unpacked(part) for part in kept["parts"]], kept["separator"])
    if "money" in kept:
        return Money(kept["money"], kept["currency"])
    if "long_day" in kept:
        return LongDay(date.fromisoformat(kept["long_day"]))
    if "bare" in kept:  # an amount that was once written without its currency
        return Money(kept["bare"], kept["currency"])
    if "day" in kept:
        return date.fromisoformat(kept["day"])
    values = {name: unpacked(value) for name, value in kept["with"].items()}
    if "many" in kept:
        values.pop("n", None)
        return say_n(kept["say"], kept["many"], kept["n"], **values)
    return say(kept["say"], **values)


def packed_by_english(texts: Iterable[str]) -> dict[str, Any]:
    """Return how each sentence was made, by its English: what is stored beside the English."""
    return {str(text): packed(text) for text in texts if isinstance(text, Text)}


def revived(english: str, kept: Mapping[str, Any]) -> str:
    """Return a stored sentence with how it was made, if that was kept; its English is as stored."""
    text = unpacked(kept[english]) if english in kept else english
    if not isinstance(text, Text):
        return english
    return Text(
        english,
        text.template,
        text.values,
        plural=text.plural,
        count=text.count,
        parts=text.parts,
        separator=text.separator,
    )


def _english(values: Mapping[str, Any]) -> dict[str, Any]:
    return {
        name: day_english(value) if isinstance(value, date) else value
        for name, value in values.items()
    }
