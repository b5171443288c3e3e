"""A chain of hashes: what was written down once, and that nobody has changed it since.

Each link has the hash of a record, and a hash over itself and the link before it. Whoever changes
a record, takes one out or puts one in breaks the chain at that place for everybody to see.
"""

import hashlib
import hmac
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

START = "0" * 64
"""What stands before the first link."""

_LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_READ_AS = str.maketrans("OIL", "011")
CODE_LETTERS = 10


@dataclass(frozen=True, slots=True)
class Sealed:
    """What the hash of a link is over, besides the one before it."""

    sequence: int
    kind: str
    reference: str
    digest: str
    at: datetime


def canonical(record: Mapping[str, Any]) -> bytes:
    """Return the one way to write a record: JSON, keys in order, instants in UTC."""
    told = {name: _plain(value) for name, value in record.items()}
    return json.dumps(told, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def digest_of(record: Mapping[str, Any]) -> str:
    """Return the SHA-256 of a record."""
    return hashlib.sha256(canonical(record)).hexdigest()


def hash_of(sealed: Sealed, previous: str) -> str:
    """Return the hash of a link that follows the one with the hash `previous`."""
    return digest_of(
        {
            "sequence": sealed.sequence,
            "kind": sealed.kind,
            "reference": sealed.reference,
            "digest": sealed.digest,
            "at": sealed.at,
            "previous": previous,
        }
    )


def code_of(digest: str) -> str:
    """Return the short code of a record, as it is printed: ten letters and digits that read one way."""
    bits = int(digest, 16) >> (256 - 5 * CODE_LETTERS)
    letters = [_LETTERS[bits >> 5 * place & 31] for place in reversed(range(CODE_LETTERS))]
    return f"{''.join(letters[:5])}-{''.join(letters[5:])}"


def is_code_of(typed: str, digest: str) -> bool:
    """Return whether somebody typed the short code of this record, however they wrote it."""
    plain = "".join(letter for letter in typed.upper() if letter.isalnum()).translate(_READ_AS)
    wanted = code_of(digest).replace("-", "")
    return hmac.compare_digest(plain.encode(), wanted.encode())


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="microseconds")
    if isinstance(value, date):
        return value.isoformat()
    return str(value) if isinstance(value, UUID) else value
