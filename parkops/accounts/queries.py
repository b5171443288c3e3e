"""Reads of people and tokens."""

import hashlib
from dataclasses import dataclass
from datetime import datetime

from django.db import connection

from parkops.accounts.models import ApiToken, User
from parkops.kernel.permissions import Permission, Role


@dataclass(frozen=True, slots=True)
class StaffRow:
    """One member of staff, as the list shows."""

    id: int
    email: str
    name: str
    roles: list[str]
    is_active: bool
    has_password: bool
    last_login: datetime | None


def secret_hash(secret: str) -> str:
    """Return what is stored of a token's secret: 256 random bits need no slow hash."""
    return hashlib.sha256(secret.encode("utf-8", "surrogateescape")).hexdigest()


@dataclass(frozen=True, slots=True)
class UsableToken:
    """A token that works: what a request needs to know of it."""

    pk: int
    name: str
    scopes: list[str]
    requests_per_second: int
    last_used_at: datetime | None


# Every call to the API asks this: written out, it costs a third of what the mapper takes.
_USABLE = (
    "SELECT id, name, scopes, requests_per_second, last_used_at FROM accounts_apitoken "
    "WHERE secret_hash = %s AND revoked_at IS NULL AND (expires_at IS NULL OR expires_at > %s)"
)


def usable_token(secret: str, *, at: datetime) -> UsableToken | None:
    """Return the token with this secret that may be used at `at`, None if there is none here."""
    if not secret or len(secret) > 200:
        return None
    with connection.cursor() as cursor:
        cursor.execute(_USABLE, [secret_hash(secret), at])
        row = cursor.fetchone()
    return UsableToken(*row) if row else None


def staff() -> list[StaffRow]:
    """Return everybody with a role, the active ones first, by e-mail address."""
    people = User.objects.exclude(roles=[]).order_by("-is_active", "email", "pk")
    return [
        StaffRow(
            person.pk,
            person.email,
            person.name,
            person.role_names,
            person.is_active,
            person.has_usable_password(),
            person.last_login,
        )
        for person in people
    ]


def staff_member(user_id: int) -> User | None:
    """Return the member of staff with this id, None if there is none here."""
    return User.objects.filter(pk=user_id).exclude(roles=[]).first()


def administrators() -> int:
    """Return how many active administrators there are."""
    return User.objects.filter(is_active=True, roles__contains=[Role.ADMINISTRATOR.value]).count()


def who_may(permission: Permission) -> list[User]:
    """Return the active staff whose role includes `permission`, by e-mail address."""
    people = User.objects.filter(is_active=True).exclude(roles=[]).order_by("email", "pk")
    return [person for person in people if person.may(permission)]


def tokens() -> list[ApiToken]:
    """Return all tokens, those that work first, newest first."""
    return list(ApiToken.objects.order_by("revoked_at", "-created_at", "-pk"))
