"""The values of the API's bodies: money, instants, e-mail addresses."""

import re
from datetime import datetime
from typing import Annotated, Any
from zoneinfo import ZoneInfo

from django.db import connection
from ninja import Schema
from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    PlainSerializer,
    WithJsonSchema,
)
from pydantic import model_validator as _model_validator

from parkops.kernel.decisions import Refused
from parkops.kernel.money import Money

_INSTANT = re.compile(r"\d{4}-\d\d-\d\d[Tt]\d\d:\d\d(:\d\d([.,]\d{1,9})?)?([Zz]|[+-]\d\d:?\d\d)")
_LOST_PLUS = re.compile(r"(T\d\d:\d\d(?::\d\d(?:\.\d+)?)?) (\d\d:?\d\d)$")
YEARS = range(1900, 2200)


def tenant_zone() -> ZoneInfo:
    """Return the time zone of the current tenant."""
    return ZoneInfo(connection.tenant.timezone)


def instant_out(at: datetime | None) -> str | None:
    """Return `at` as RFC 3339 with the tenant's offset."""
    return None if at is None else at.astimezone(tenant_zone()).isoformat()


def _read_instant(given: Any) -> Any:
    if isinstance(given, datetime):
        return given
    # A plus in a query string arrives as a space.
    text = _LOST_PLUS.sub(r"\1+\2", given) if isinstance(given, str) else ""
    if not _INSTANT.fullmatch(text):
        raise ValueError("Give an instant with an offset, such as 2026-11-22T10:15:00-05:00.")
    if int(text[:4]) not in YEARS:
        raise ValueError(f"Give a year from {YEARS.start} to {YEARS.stop - 1}.")
    return text


Instant = Annotated[
    AwareDatetime,
    BeforeValidator(_read_instant),
    PlainSerializer(instant_out, return_type=str, when_used="unless-none"),
    WithJsonSchema({"type": "string", "format": "date-time"}),
]
"""An aware datetime. Without an offset it is refused; it is written with the tenant's offset."""


class MoneyOut(Schema):
    """An amount as the API writes it."""

    amount: str
    currency: str


def money_out(money: Money) -> MoneyOut:
    """Return `money` as the API writes it: {"amount": "45.00", "currency": "CAD"}."""
    return MoneyOut(amount=money.amount, currency=money.currency)


class MoneyIn(BaseModel):
    """An amount as callers give it; a bare decimal is in the tenant's currency."""

    amount: str
    currency: str = ""

    @_model_validator(mode="before")
    @classmethod
    def _bare(cls, given: Any) -> Any:
        return {"amount": given} if isinstance(given, str) else given

    def money(self, *, field: str = "amount") -> Money:
        """Return the amount in the tenant's currency.

        :raises Refused: if it is another currency, or no amount of it.
        """
        currency = connection.tenant.currency
        if self.currency and self.currency.upper() != currency:
            raise Refused("currency", f"Amounts here are in {currency}.", field=f"{field}.currency")
        try:
            return Money.parse(self.amount, currency)
        except ValueError as error:
            raise Refused("amount", f"{error}.", field=f"{field}.amount") from error


def _email(given: str) -> str:
    address = email_address(given)
    if address is None:
        raise ValueError("Give an e-mail address such as ana@example.org.")
    return address


_EMAIL = re.compile(
    r"""[^\s@<>()\[\],;:"\\\x00-\x1f\x7f]{1,64}@([^\W_]([\w-]{0,61}[^\W_])?\.)+[^\W_]([\w-]{0,61}[^\W_])?"""
)


def email_address(given: str) -> str | None:
    """Return `given` without blanks around it if it has the form of an address, else None."""
    text = given.strip()
    fits = len(text) <= 254 and _EMAIL.fullmatch(text) and ".." not in text.split("@")[0]
    return text if fits else None


Email = Annotated[
    str, AfterValidator(_email), WithJsonSchema({"type": "string", "format": "email"})
]
"""An e-mail address, checked for its form only."""
