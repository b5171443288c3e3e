"""Who carries texts: an interface, a stand-in of one's own machine, and any provider by HTTP."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

import requests
from django.conf import settings
from django.db import connection
from django.utils.crypto import salted_hmac

from parkops.messaging.models import TextLine
from parkops.messaging.texts import signatures
from parkops.messaging.texts.phones import phone_number

TIMEOUT_SECONDS = (5, 15)
LONGEST = 1_600
"""Characters of the longest text that is taken in: what ten joined texts carry."""


class Rejected(Exception):
    """The provider will never take this text, or what came is no text."""


@dataclass(frozen=True, slots=True)
class Inbound:
    """A text that came in: the provider's name of it, from and to which number, its words."""

    id: str
    phone: str
    to: str
    words: str


class Provider(Protocol):
    """Carries texts."""

    keeps: bool
    """Whether texts are only kept, for the mailbox to show."""

    def send(self, *, reference: str, phone: str, words: str, at: datetime) -> None:
        """Send a text; the same reference again is the same text.

        :raises Rejected: if it will never be taken.
        :raises OSError: if the provider is away (those of requests are such); try again.
        """
        ...

    def read(self, body: bytes, headers: Mapping[str, str], *, at: datetime) -> Inbound:
        """Return the text that the provider's request brings.

        :raises BadSignature: if the provider did not sign it just now.
        :raises Rejected: if it is no text.
        """
        ...


class StandIn:
    """Keeps every text in the mailbox of this machine; nobody can send it one from outside."""

    keeps = True

    def send(self, *, reference: str, phone: str, words: str, at: datetime) -> None:
        """Do nothing: the text is kept already."""

    def read(self, body: bytes, headers: Mapping[str, str], *, at: datetime) -> Inbound:
        """Refuse: a machine without a provider has no secret to check by."""
        raise signatures.BadSignature("No provider is set up here.")


class HttpProvider:
    """A provider that takes a signed POST of JSON, and sends one for each text that comes in."""

    keeps = False

    def __init__(self, line: TextLine) -> None:
        self.line, self.secret = line, secret_of(line)

    def send(self, *, reference: str, phone: str, words: str, at: datetime) -> None:
        """Post a text; redirects are not followed."""
        told = {"id": reference, "from": self.line.number, "to": phone, "text": words}
        body = json.dumps(told).encode()
        headers = {
            "Content-Type": "application/json",
            "Idempotency-Key": reference,
            **signatures.signed_headers(body, secret=self.secret, at=at),
        }
        answer = requests.post(
            self.line.url,
            data=body,
            headers=headers,
            timeout=TIMEOUT_SECONDS,
            allow_redirects=False,
        )
        if 200 <= answer.status_code < 300:
            return
        said = f"The provider answered {answer.status_code}."
        if answer.status_code in (408, 425, 429) or answer.status_code >= 500:
            raise requests.ConnectionError(said)
        raise Rejected(said)

    def read(self, body: bytes, headers: Mapping[str, str], *, at: datetime) -> Inbound:
        """Return the text of a signed request: JSON with id, from, to and text."""
        signatures.verify(body, headers, secret=self.secret, at=at)
        try:
            told = json.loads(body)
            name, sender, to, words = (told[key] for key in ("id", "from", "to", "text"))
        except (ValueError, KeyError, TypeError) as error:
            raise Rejected("A text is a JSON object with id, from, to and text.") from error
        if not all(isinstance(one, str) for one in (name, sender, to, words)):
            raise Rejected("id, from, to and text are strings.")
        if not 0 < len(name) <= 200:
            raise Rejected("id has 1 to 200 characters.")
        try:
            found = Inbound(name, phone_number(sender), phone_number(to), words[:LONGEST])
        except ValueError as error:
            raise Rejected(str(error)) from error
        if found.to != self.line.number:
            raise Rejected(f"{found.to} is not the number of this line.")
        return found


def provider() -> Provider | None:
    """Return who carries this tenant's texts; None if nobody does."""
    line = TextLine.objects.first()
    if line is not None:
        return HttpProvider(line)
    return StandIn() if settings.IS_LOCAL else None


def secret_of(line: TextLine) -> str:
    """Return what both sides of a line sign with: its tenant's own, and not readable from the database."""
    salted = f"{connection.schema_name}:{line.salt}"
    return salted_hmac("parkops.texts", salted, algorithm="sha256").hexdigest()
