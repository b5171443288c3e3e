"""The signature of the generic provider: HMAC-SHA256 over "timestamp.body", as hex."""

import hashlib
import hmac
from collections.abc import Mapping
from datetime import datetime

TIMESTAMP = "X-ParkOps-Timestamp"
SIGNATURE = "X-ParkOps-Signature"
WINDOW_SECONDS = 300
"""For this long a signed request is taken: one that was overheard is worth nothing later."""


class BadSignature(Exception):
    """The sender did not sign what came, or signed it too long ago."""


def signed_headers(body: bytes, *, secret: str, at: datetime) -> dict[str, str]:
    """Return the headers that say when and by whom `body` was signed."""
    stamp = str(int(at.timestamp()))
    return {TIMESTAMP: stamp, SIGNATURE: f"v1={_digest(body, stamp, secret)}"}


def verify(body: bytes, headers: Mapping[str, str], *, secret: str, at: datetime) -> None:
    """Do nothing if `body` was signed with `secret` within the window around `at`.

    :raises BadSignature: if not.
    """
    stamp = headers.get(TIMESTAMP, "")
    if not (stamp.isascii() and stamp.isdigit() and len(stamp) <= 12):
        raise BadSignature(f"{TIMESTAMP} is missing: seconds since 1970.")
    wanted = f"v1={_digest(body, stamp, secret)}".encode()
    given = headers.get(SIGNATURE, "").encode("utf-8", "replace")
    if not hmac.compare_digest(wanted, given):
        raise BadSignature(f"{SIGNATURE} is not the signature of this body by this line's secret.")
    if abs(at.timestamp() - int(stamp)) > WINDOW_SECONDS:
        raise BadSignature(f"{TIMESTAMP} is more than {WINDOW_SECONDS} seconds away from now.")


def _digest(body: bytes, stamp: str, secret: str) -> str:
    return hmac.new(secret.encode(), stamp.encode() + b"." + body, hashlib.sha256).hexdigest()
