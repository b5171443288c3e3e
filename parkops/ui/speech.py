"""What is said in the reader's language: sentences of the rules, words of the components."""

import re
from datetime import date
from typing import Any

from django.db import connection
from django.utils import translation
from django.utils.functional import Promise
from django.utils.html import escape
from django.utils.safestring import SafeString

from parkops.kernel.decisions import Refused
from parkops.kernel.money import Money
from parkops.kernel.texts import LongDay, Text
from parkops.ui.place import place_of
from parkops.ui.words import date_text, money_text

_TWO_PERIODS = re.compile(r"(?<!\.)\.\.(?!\.)")


def said(text: Any) -> Any:
    """Return `text` in the active language.

    A `Text` is said from its template, a refusal by its reason, other strings by the catalog if
    it has them. What is no string is returned as it is.
    """
    if isinstance(text, Refused):
        text = text.reason
    if not isinstance(text, str | Promise):
        return text
    if isinstance(text, Text):
        return str.__str__(text) if _is_english() else _said(text, _locale())
    if not text:
        return text
    # What a template writes between quotes is marked safe, and so are the words of the catalog.
    told = translation.gettext(str(text))
    return SafeString(told) if isinstance(text, SafeString) else told


def written(amount: Money) -> str:
    """Return an amount as pages write it, by the active language and the tenant's place."""
    return money_text(amount, _locale())


def on_page(text: Text) -> SafeString:
    """Return a sentence as a template writes it."""
    return escape(said(text))


def _is_english() -> bool:
    return (translation.get_language() or "en").split("-")[0] == "en"


def _locale() -> str:
    language = (translation.get_language() or "en").split("-")[0]
    locale = place_of(getattr(connection, "tenant", None)).locale
    return locale if locale.split("-")[0] == language else language


def _said(text: Text, locale: str) -> str:
    if text.parts:
        return text.separator.join(str(_value(part, locale)) for part in text.parts)
    if text.plural:
        template = translation.ngettext(text.template, text.plural, text.count)
    else:
        template = translation.gettext(text.template) if text.template else str.__str__(text)
    told = template.format(**{name: _value(v, locale) for name, v in text.values.items()})
    # A month that is written short ends in a period, and so may the sentence: "1 avr."
    return _TWO_PERIODS.sub(".", told)


def _value(value: Any, locale: str) -> Any:
    if isinstance(value, Text):
        return _said(value, locale)
    if isinstance(value, Money):
        return money_text(value, locale)
    if isinstance(value, LongDay):
        return date_text(value.on, locale, long=True)
    if isinstance(value, date):
        return date_text(value, locale)
    return value
