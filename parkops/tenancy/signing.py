"""Signed texts that hold in the tenant where they were made and in no other."""

from typing import Any

from django.core import signing
from django.db import connection

BadSignature = signing.BadSignature


def sign(value: Any, *, purpose: str) -> str:
    """Return `value` (anything JSON) as a signed text fit for a URL, for `purpose` in this tenant."""
    return signing.dumps(value, salt=_salt(purpose), compress=True)


def unsign(text: str, *, purpose: str, max_age_seconds: int | None = None) -> Any:
    """Return what was signed for `purpose` in this tenant.

    :raises BadSignature: if it was made elsewhere, for something else, changed, or is too old.
    """
    return signing.loads(text, salt=_salt(purpose), max_age=max_age_seconds)


def sign_name(name: str, *, purpose: str) -> str:
    """Return a record's `name` signed for `purpose` in this tenant: the same each time."""
    return signing.Signer(salt=_salt(purpose)).sign_object(name)


def name_of(text: str, *, purpose: str) -> str:
    """Return the name that `sign_name` signed for `purpose` in this tenant.

    :raises BadSignature: if it was made elsewhere, for something else, or changed.
    """
    return signing.Signer(salt=_salt(purpose)).unsign_object(text)


def _salt(purpose: str) -> str:
    return f"parkops:{purpose}:{connection.schema_name}"
