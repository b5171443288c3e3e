"""Who shares an address, and addresses that are protected: of those only a seal is kept.

A seal is made of an address's key and the secret of this installation, in this tenant. It tells whether
an address that somebody gives is the same one, and nothing else.
"""

from collections.abc import Callable

from django.db import connection
from django.utils.crypto import salted_hmac

MARK = "#"
"""What a seal begins with; no key of an address has it."""

Follower = Callable[[int], None]
_followers: list[Follower] = []


def register(follow: Follower) -> None:
    """Let `follow` seal what an app keeps of a customer's address when it is protected."""
    if follow not in _followers:
        _followers.append(follow)


def follow(customer_id: int) -> None:
    """Have all apps seal what they keep of a customer's address; part of the act that protects it."""
    for one in _followers:
        one(customer_id)


def is_sealed(key: str) -> bool:
    """Return whether only a seal is kept."""
    return key.startswith(MARK)


def seal(key: str) -> str:
    """Return the seal of an address's key; that of a seal is itself."""
    if not key or is_sealed(key):
        return key
    salt = f"parkops:address:{connection.schema_name}"
    return MARK + salted_hmac(salt, key, algorithm="sha256").hexdigest()[:40]


def are_one(key: str, other: str) -> bool:
    """Return whether two keys, sealed or not, are of one address."""
    return key == other or bool(key) and seal(key) == seal(other)
