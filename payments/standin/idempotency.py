"""What a repeated request gets: the first answer again, and never a second effect."""

import hashlib

from payments.standin.errors import ApiError
from payments.standin.store import Store


def fingerprint(method: str, path: str, body: bytes) -> str:
    """Describe a request, so that the same key with another request is noticed."""
    return hashlib.sha256(b"\n".join((method.encode(), path.encode(), body))).hexdigest()


def claim(store: Store, account: str, key: str, print_: str) -> tuple[int, str] | None:
    """Take the key for this request, or return the status and body that it got before.

    :raises ApiError: 400 `idempotency_error` if the key belongs to another request, 409
        `idempotency_key_in_use` while the first is still under way.
    """
    with store.transaction() as db:
        row = db.execute(
            "SELECT * FROM keys WHERE account = ? AND key = ?", (account, key)
        ).fetchone()
        if row is None:
            db.execute(
                "INSERT INTO keys (account, key, fingerprint) VALUES (?, ?, ?)",
                (account, key, print_),
            )
            return None
    if row["fingerprint"] != print_:
        raise ApiError(
            400,
            "Keys for idempotent requests can only be used with the same parameters they were "
            f"first used with. Try using a key other than '{key}' if you meant to execute a "
            "different request.",
            kind="idempotency_error",
        )
    if row["status"] is None:
        raise ApiError(
            409,
            "There is currently another in-progress request using this Idempotent Key (that "
            "probably means you submitted twice, and the other request is still going through): "
            f"{key}. Please try again later.",
            code="idempotency_key_in_use",
            kind="idempotency_error",
        )
    return row["status"], row["body"]


def keep(store: Store, account: str, key: str, status: int, body: str) -> None:
    """Keep the answer, in the transaction that made it."""
    with store.transaction() as db:
        db.execute(
            "UPDATE keys SET status = ?, body = ? WHERE account = ? AND key = ?",
            (status, body, account, key),
        )


def release(store: Store, account: str, key: str) -> None:
    """Give the key back: nothing was done under it."""
    with store.transaction() as db:
        db.execute(
            "DELETE FROM keys WHERE account = ? AND key = ? AND status IS NULL", (account, key)
        )
