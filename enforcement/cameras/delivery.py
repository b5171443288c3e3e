"""What arrived at a camera's address: its documents and pictures, and how values are taken out."""

import base64
import binascii
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from math import isfinite
from typing import Any
from xml.etree.ElementTree import Element, ParseError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring

from enforcement.cameras.reads import Unreadable

_PICTURES = (b"\xff\xd8\xff", b"\x89PNG\r\n", b"RIFF")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_EARLIEST_YEAR = 2000


@dataclass(frozen=True, slots=True)
class Delivery:
    """One message: its documents (JSON, XML or text) and its pictures by their names."""

    documents: tuple[bytes, ...] = ()
    pictures: Mapping[str, bytes] = field(default_factory=dict)

    @property
    def text(self) -> str:
        """The first document as text."""
        return self.documents[0].decode("utf-8-sig", "replace").strip() if self.documents else ""

    @property
    def is_xml(self) -> bool:
        """Whether the first document is XML."""
        return self.text.startswith("<")

    def json(self) -> Any:
        """Return the first document as JSON.

        :raises Unreadable: if it is none.
        """
        try:
            return json.loads(self.text, parse_constant=_no_constant)
        except (ValueError, RecursionError) as error:
            raise Unreadable("The message is not JSON that can be read.") from error

    def object(self) -> dict[str, Any]:
        """Return the first document as a JSON object.

        :raises Unreadable: if it is none.
        """
        found = self.json()
        if not isinstance(found, dict):
            raise Unreadable("The message is JSON, but no object.")
        return found

    def xml(self) -> Element:
        """Return the root of the first document.

        :raises Unreadable: if it is no XML, or declares entities of its own.
        """
        if not self.documents:
            raise Unreadable("The message is empty.")
        try:
            return fromstring(self.documents[0].strip(), forbid_dtd=True)
        except DefusedXmlException as error:
            raise Unreadable("The XML declares entities of its own.") from error
        except (ParseError, ValueError, LookupError) as error:
            raise Unreadable("The message is not XML that can be read.") from error

    def picture(self, *wanted: str) -> bytes:
        """Return the picture whose name holds the first of `wanted` that any does; else any."""
        pictures = dict(self.pictures)
        for word in wanted:
            for name, data in pictures.items():
                if word.lower() in name.lower():
                    return data
        return next(iter(pictures.values()), b"")


def is_picture(data: bytes) -> bool:
    """Return whether data begins as a JPEG, PNG or WebP picture does."""
    return data.startswith(_PICTURES)


def tag(element: Element) -> str:
    """Return an element's name without its namespace."""
    return str(element.tag).rpartition("}")[2]


def inner(root: Element, name: str) -> str:
    """Return the text of the first element of this name, at any depth; empty if there is none."""
    return next((said(one.text) for one in root.iter() if tag(one) == name), "")


def within(found: Any, *path: str | int) -> Any:
    """Return what stands at a path of keys and places in JSON; None where the path ends early."""
    for step in path:
        if isinstance(found, dict) and isinstance(step, str):
            found = found.get(step)
        elif isinstance(found, list) and isinstance(step, int) and step < len(found):
            found = found[step]
        else:
            return None
    return found


def rows(found: Any) -> list[dict[str, Any]]:
    """Return the objects of a JSON list; none if it is no list."""
    return [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []


def said(value: Any, most: int = 200) -> str:
    """Return a text or number as printable text of at most `most` characters."""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return ""
    text = str(value).encode("utf-8", "ignore").decode()
    return "".join(letter for letter in text if letter.isprintable()).strip()[:most]


def number(value: Any) -> float | None:
    """Return a number, also one written as text; None if it is none."""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return None
    try:
        found = float(value)
    except (ValueError, OverflowError):
        return None
    return found if isfinite(found) else None


def share(value: Any, *, of: int = 1) -> float | None:
    """Return how sure a reader is, from 0 to 1, of a number from 0 to `of`; None where it says nothing."""
    found = number(value)
    return None if found is None or found < 0 else min(found / of, 1.0)


def degrees(value: Any, most: int) -> float | None:
    """Return a latitude or longitude; None outside the earth."""
    found = number(value)
    return found if found is not None and -most <= found <= most else None


def milliseconds(value: Any) -> datetime | None:
    """Return the instant so many milliseconds after 1970; None if it is none."""
    found = number(value)
    try:
        at = None if found is None else _EPOCH + timedelta(milliseconds=found)
    except OverflowError:
        return None
    return at if at and at.year >= _EARLIEST_YEAR else None


def instant(text: Any, *forms: str, utc: bool = False) -> datetime | None:
    """Return the instant that a text names, by ISO 8601, as in mail, or by one of `forms`; None if none.

    One without an offset stays without, or is in UTC if told so.
    """
    typed = said(text, 60)
    at = _iso(typed) or _by_form(typed, forms) or _as_in_mail(typed)
    if at is None or at.year < _EARLIEST_YEAR:
        return None
    return at.replace(tzinfo=UTC) if utc and at.tzinfo is None else at


def decoded(value: Any) -> bytes:
    """Return the picture that a text holds in base64; nothing where it holds none."""
    if not isinstance(value, str):
        return b""
    try:
        data = base64.b64decode(value.rpartition(",")[2], validate=True)
    except (binascii.Error, ValueError):
        return b""
    return data if is_picture(data) else b""


def _iso(text: str) -> datetime | None:
    try:
        return datetime.fromisoformat(text) if len(text) > 10 else None
    except ValueError:
        return None


def _by_form(text: str, forms: tuple[str, ...]) -> datetime | None:
    for form in forms:
        try:
            return datetime.strptime(text, form)  # noqa: DTZ007
        except ValueError:
            continue
    return None


def _as_in_mail(text: str) -> datetime | None:
    try:
        return parsedate_to_datetime(text)
    except (ValueError, TypeError, IndexError):
        return None


def _no_constant(name: str) -> float:
    raise ValueError(f"{name} is not JSON")
