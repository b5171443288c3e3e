"""What can be done to people who sign in, and to API tokens. Each function is one transaction."""

import secrets
from collections.abc import Collection
from datetime import datetime, timedelta
from typing import NamedTuple

from allauth.account.models import EmailAddress
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import connection, transaction
from django.db.models import F

from parkops.accounts import queries, rules
from parkops.accounts.models import ApiToken, User
from parkops.audit import operations as audit
from parkops.kernel.actors import Actor
from parkops.kernel.decisions import Conflict, NotFound, Refused
from parkops.kernel.permissions import Role
from parkops.messaging import operations as messaging
from parkops.tenancy import hosts, signing

_BEGINNING = "po_"
USE_NOTED_EVERY = timedelta(minutes=1)
WELCOME = "set-password"
WELCOME_DAYS = 7


class NewToken(NamedTuple):
    """A token just made; `secret` is known here and never again."""

    token: ApiToken
    secret: str


@transaction.atomic
def create_token(
    *,
    name: str,
    scopes: Collection[str],
    expires_at: datetime | None = None,
    by: Actor,
    at: datetime,
) -> NewToken:
    """Make a token of this tenant.

    :raises Refused: without a name, or with a scope that does not exist.
    """
    chosen = sorted(set(scopes))
    rules.may_make_token(name=name, scopes=chosen).require()
    if expires_at is not None and expires_at <= at:
        raise Refused("expires_at", "The token would have expired already.", field="expires_at")
    secret = _BEGINNING + secrets.token_urlsafe(32)
    token = ApiToken.objects.create(
        name=name.strip(),
        prefix=secret[:10],
        secret_hash=queries.secret_hash(secret),
        scopes=chosen,
        created_at=at,
        expires_at=expires_at,
    )
    audit.record(
        "token.created", subject=("token", str(token.pk)), actor=by, at=at, name=name, scopes=chosen
    )
    return NewToken(token, secret)


@transaction.atomic
def revoke_token(token_id: int, *, by: Actor, at: datetime) -> ApiToken:
    """Let a token work no more; revoking it again changes nothing.

    :raises NotFound: if this tenant has no such token.
    """
    token = ApiToken.objects.select_for_update().filter(pk=token_id).first()
    if token is None:
        raise NotFound("There is no such token.")
    if token.revoked_at is None:
        token.revoked_at = at
        token.save(update_fields=["revoked_at"])
        audit.record("token.revoked", subject=("token", str(token.pk)), actor=by, at=at)
    return token


def note_token_use(token: queries.UsableToken, *, at: datetime) -> None:
    """Note that a token was used, at most once a minute."""
    if token.last_used_at is None or at - token.last_used_at >= USE_NOTED_EVERY:
        ApiToken.objects.filter(pk=token.pk).update(last_used_at=at)


@transaction.atomic
def invite_staff(
    *,
    email: str,
    name: str = "",
    roles: Collection[str],
    by: Actor,
    at: datetime,
    tell: bool = True,
) -> User:
    """Give a person roles here and send a way to set a password; a customer becomes staff as well.

    :raises Refused: for a role that does not exist, or for none.
    :raises Conflict: if the person has a role already.
    """
    if not roles:
        raise Refused("roles", "Choose at least one role.", field="roles")
    rules.may_have_roles(roles, had=(), is_self=False, other_administrators=1).require()
    user = User.objects.select_for_update().filter(email__iexact=email).first()
    if user is not None and user.roles:
        raise Conflict("staff_exists", f"{user.email} has a role already.", field="email")
    if user is None:
        user = User.objects.create_user(email, None, name=name, joined_at=at)
    user.roles = _ordered(roles)
    user.is_active = True
    user.save(update_fields=["roles", "is_active"])
    confirm_email(user)
    audit.record("staff.invited", subject=("user", str(user.pk)), actor=by, at=at, roles=user.roles)
    if tell:
        messaging.send_once(
            event="account.invited",
            key=f"user:{user.pk}:invited:{at.isoformat()}",
            to=user.email,
            context={
                "name": user.name,
                "roles": [Role(role).label for role in user.roles],
                "link": welcome_link(user),
                "days": WELCOME_DAYS,
            },
            at=at,
        )
    return user


@transaction.atomic
def change_roles(user_id: int, *, roles: Collection[str], by: Actor, at: datetime) -> User:
    """Give a member of staff exactly these roles; with none the person stays as a customer.

    :raises Refused: if nobody would be administrator, or one takes that role from oneself.
    :raises NotFound: if nobody of the staff here has this id.
    """
    user = _lock_staff(user_id)
    rules.may_have_roles(
        roles,
        had=user.roles,
        is_self=by.ref == str(user.pk),
        other_administrators=_other_administrators(user),
    ).require()
    had, user.roles = user.roles, _ordered(roles)
    if had != user.roles:
        user.save(update_fields=["roles"])
        audit.record(
            "staff.roles_changed",
            subject=("user", str(user.pk)),
            actor=by,
            at=at,
            had=had,
            has=user.roles,
        )
    return user


@transaction.atomic
def deactivate_staff(user_id: int, *, by: Actor, at: datetime) -> User:
    """Keep a member of staff from signing in and end all their sessions; twice is once.

    :raises Refused: for oneself and for the last administrator.
    """
    user = _lock_staff(user_id)
    if not user.is_active:
        return user
    rules.may_deactivate(
        roles=user.roles,
        is_self=by.ref == str(user.pk),
        other_administrators=_other_administrators(user),
    ).require()
    user.is_active = False
    user.session_epoch += 1
    user.save(update_fields=["is_active", "session_epoch"])
    audit.record("staff.deactivated", subject=("user", str(user.pk)), actor=by, at=at)
    return user


@transaction.atomic
def reactivate_staff(user_id: int, *, by: Actor, at: datetime) -> User:
    """Let a member of staff sign in again."""
    user = _lock_staff(user_id)
    if not user.is_active:
        user.is_active = True
        user.save(update_fields=["is_active"])
        audit.record("staff.reactivated", subject=("user", str(user.pk)), actor=by, at=at)
    return user


@transaction.atomic
def end_sessions(user_id: int, *, by: Actor, at: datetime) -> None:
    """End every session of a person, on every device."""
    if User.objects.filter(pk=user_id).update(session_epoch=F("session_epoch") + 1):
        audit.record("user.signed_out_everywhere", subject=("user", str(user_id)), actor=by, at=at)


@transaction.atomic
def set_first_password(text: str, *, password: str, at: datetime) -> User:
    """Set the password of the person whom a welcome link names; the link works once.

    :raises Refused: if the link is spent or too old, or the password is weak.
    """
    user = welcomed(text)
    if user is None:
        raise Refused("link", "This link has been used, or it is too old. Ask for a new one.")
    user = User.objects.select_for_update().get(pk=user.pk)
    try:
        validate_password(password, user)
    except ValidationError as error:
        raise Refused("password", " ".join(error.messages), field="password") from error
    user.set_password(password)
    user.session_epoch += 1
    user.save(update_fields=["password", "session_epoch"])
    confirm_email(user)
    by = Actor("staff" if user.roles else "customer", str(user.pk), user.name or user.email)
    audit.record("user.password_set", subject=("user", str(user.pk)), actor=by, at=at)
    return user


@transaction.atomic
def set_password(user_id: int, *, name: str, password: str, by: Actor, at: datetime) -> User:
    """Give a person a name and a password, as the demonstration does; open sessions end."""
    user = User.objects.select_for_update().get(pk=user_id)
    user.name = name
    user.set_password(password)
    user.session_epoch += 1
    user.save(update_fields=["name", "password", "session_epoch"])
    confirm_email(user)
    audit.record("user.password_set", subject=("user", str(user.pk)), actor=by, at=at)
    return user


def welcome_link(user: User) -> str:
    """Return the address where `user` sets a password, once, within a week."""
    text = signing.sign([user.pk, _stamp(user)], purpose=WELCOME)
    return f"{hosts.current_site_url()}/account/welcome/{text}/"


def welcomed(text: str) -> User | None:
    """Return whom a welcome link names, None if it is spent, too old or of another tenant."""
    try:
        user_id, stamp = signing.unsign(
            text, purpose=WELCOME, max_age_seconds=WELCOME_DAYS * 86_400
        )
    except (signing.BadSignature, ValueError, TypeError):
        return None
    user = User.objects.filter(pk=user_id, is_active=True).first()
    return user if user is not None and _stamp(user) == stamp else None


@transaction.atomic
def begin_by_code(email: str, *, at: datetime) -> User:
    """Return the person with this e-mail address; nobody's address begins one without a password.

    Whoever proves to read the address gets in by a code. A password that was set before the address
    was ever confirmed is taken away first: it may be a stranger's.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))",
            [f"{connection.schema_name}:user:{email.lower()}"],
        )
    user = User.objects.select_for_update().filter(email__iexact=email).first()
    if user is None:
        user = User.objects.create_user(email, None, joined_at=at)
    confirmed = EmailAddress.objects.filter(user=user, verified=True).exists()
    if not confirmed and not user.roles and user.has_usable_password():
        user.set_unusable_password()
        user.session_epoch += 1
        user.save(update_fields=["password", "session_epoch"])
    if not EmailAddress.objects.filter(user=user).exists():
        EmailAddress.objects.create(user=user, email=user.email.lower(), primary=True)
    return user


@transaction.atomic
def add_person(
    *,
    email: str,
    name: str,
    password: str,
    roles: Collection[str] = (),
    by: Actor,
    at: datetime,
) -> User:
    """Add a person with a password and a confirmed address, as the demonstration does.

    :raises Conflict: if somebody has the address.
    """
    if User.objects.filter(email__iexact=email).exists():
        raise Conflict("user_exists", f"{email} is known here.", field="email")
    user = User.objects.create_user(email, password, name=name, roles=_ordered(roles), joined_at=at)
    confirm_email(user)
    audit.record("user.added", subject=("user", str(user.pk)), actor=by, at=at, roles=user.roles)
    return user


@transaction.atomic
def forget_unconfirmed(*, at: datetime) -> int:
    """Remove people who asked for a code two days ago and never came in; return how many."""
    left = User.objects.filter(
        last_login__isnull=True, roles=[], joined_at__lt=at - timedelta(days=2)
    ).exclude(pk__in=EmailAddress.objects.filter(verified=True).values("user_id"))
    ids = list(left.values_list("pk", flat=True))
    EmailAddress.objects.filter(user_id__in=ids).delete()
    return User.objects.filter(pk__in=ids).delete()[0]


def confirm_email(user: User) -> None:
    """Hold the person's e-mail address for confirmed: an administrator or a code vouches for it."""
    EmailAddress.objects.update_or_create(
        user=user, email=user.email.lower(), defaults={"verified": True, "primary": True}
    )


def _stamp(user: User) -> str:
    """Return what changes with the password, so that a link made before holds no more."""
    return queries.secret_hash(f"{connection.schema_name}:{user.session_epoch}:{user.password}")[
        :20
    ]


def _lock_staff(user_id: int) -> User:
    # All administrators are locked, in order, so that two cannot remove each other at once.
    list(
        User.objects.select_for_update()
        .filter(roles__contains=[Role.ADMINISTRATOR.value])
        .order_by("pk")
        .values_list("pk", flat=True)
    )
    user = User.objects.select_for_update().filter(pk=user_id).exclude(roles=[]).first()
    if user is None:
        raise NotFound("There is no such member of staff.")
    return user


def _other_administrators(user: User) -> int:
    return (
        User.objects.filter(is_active=True, roles__contains=[Role.ADMINISTRATOR.value])
        .exclude(pk=user.pk)
        .count()
    )


def _ordered(roles: Collection[str]) -> list[str]:
    return [role.value for role in Role if role.value in set(roles)]
