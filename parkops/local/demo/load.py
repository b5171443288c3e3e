"""Loading the demonstration: two tenants of its own, never another's."""

import sys
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db import connection
from django_tenants.utils import schema_context, tenant_context
from tqdm import tqdm

from parkops.accounts import operations as accounts
from parkops.accounts.models import User
from parkops.founding import found_tenant
from parkops.kernel.actors import SYSTEM
from parkops.kernel.decisions import Conflict
from parkops.kernel.permissions import Role
from parkops.local.demo import draft, limits, questions, season
from parkops.local.demo.programmes import PLACES, Place, programme_of
from parkops.local.demo.scene import Cast
from parkops.tenancy import hosts
from parkops.tenancy import operations as tenancy
from parkops.tenancy.models import Tenant

PASSWORD = "parkops-demo"  # noqa: S105
STAFF = (
    ("admin", "Avery Admin", Role.ADMINISTRATOR),
    ("clerk", "Casey Clerk", Role.CLERK),
    ("officer", "Olu Officer", Role.OFFICER),
    ("officer2", "Oda Officer", Role.OFFICER),
    ("lead", "Lee Lead", Role.OFFICER_LEAD),
    ("reviewer", "Rowan Reviewer", Role.REVIEWER),
    ("accountant", "Ari Accountant", Role.ACCOUNTANT),
    ("auditor", "Aud Auditor", Role.AUDITOR),
)
CUSTOMER = ("customer", "Charlie Customer")


@dataclass(frozen=True, slots=True)
class SignIn:
    """Who may sign in where."""

    site: str
    role: str
    email: str
    password: str


def missing() -> list[Place]:
    """Return the places whose tenants are not there, or are half-made.

    :raises Conflict: if a slug belongs to a tenant that is not the demonstration's.
    """
    found = [(place, _existing(place)) for place in PLACES]
    return [
        place for place, tenant in found if tenant is None or tenant.status != Tenant.Status.ACTIVE
    ]


def make(place: Place, *, at: datetime) -> None:
    """Make the tenant of a place with a season up to `at`; what is half-made is made anew."""
    half = _existing(place)
    if half is not None:
        tenancy.drop_tenant(half)
    _make(place, at=at)


def remove() -> list[str]:
    """Remove the demonstration's tenants with all they hold; returns their slugs."""
    gone = []
    for place in PLACES:
        tenant = _existing(place)
        if tenant is not None:
            tenancy.drop_tenant(tenant)
            gone.append(place.slug)
    return gone


def sign_ins() -> Iterable[SignIn]:
    """Return who may sign in to the demonstration that is loaded."""
    for place in PLACES:
        tenant = _existing(place)
        if tenant is None:
            continue
        site = hosts.site_url(tenant)
        for word, _, role in STAFF:
            yield SignIn(site, role.value, f"{word}@{place.slug}.example", PASSWORD)
        yield SignIn(site, "customer", f"{CUSTOMER[0]}@{place.slug}.example", PASSWORD)


def cast_of(tenant: Tenant) -> Cast:
    """Return the staff of a demonstration tenant, which is current."""
    users = {user.email.split("@")[0]: user for user in User.objects.filter(is_active=True)}
    staff = {word: season.actor_of(users[word]) for word, _, _ in STAFF if word in users}
    officers = [actor for word, actor in staff.items() if word.startswith("officer")]
    return Cast(tenant.slug, staff, officers)


def _existing(place: Place) -> Tenant | None:
    with schema_context("public"):
        tenant = Tenant.objects.filter(slug=place.slug).first()
    if tenant is not None and not tenant.is_demonstration:
        raise Conflict(
            "slug_taken",
            f"{place.slug} is a tenant of its own. The demonstration leaves it alone and cannot be "
            "loaded beside it.",
        )
    return tenant


def _make(place: Place, *, at: datetime) -> None:
    loaded = programme_of(place.slug, today=at.date())
    founded = found_tenant(
        slug=place.slug,
        name=place.name,
        loaded=loaded,
        admin_email=f"{STAFF[0][0]}@{place.slug}.example",
        at=at,
        is_demonstration=True,
    )
    tenant = founded.tenant
    tenancy.dress_tenant(
        tenant,
        brand=place.brand,
        brand_night=place.brand_night,
        brand_mark=place.brand_mark,
        stripe_account=f"acct_{place.slug}",
    )
    # Closed while the season is played: what is half-made is made anew by the next `demo load`.
    tenancy.close_for_set_up(tenant)
    with tenant_context(tenant):
        _hurry()
        _add_people(place, at=at)
        bar = tqdm(
            desc=f"A season of {place.name}",
            unit=" acts",
            disable=not sys.stderr.isatty(),
            leave=False,
        )

        def tell(done: int, total: int) -> None:
            bar.total = total
            bar.update(done - bar.n)

        season.play(cast_of(tenant), until=at, tell=tell)
        bar.close()
        administrator = User.objects.get(email=f"{STAFF[0][0]}@{place.slug}.example")
        draft.open_one(by=season.actor_of(administrator), at=at)
        questions.keep_two(by=season.actor_of(administrator), at=at)
        limits.set_up(administrator, by=season.actor_of(administrator), at=at)
    tenancy.open_tenant(tenant)


def _hurry() -> None:
    """Do not wait for the disk after each act: what a crash loses is made anew by the next load."""
    with connection.cursor() as cursor:
        cursor.execute("SET synchronous_commit = off")


def _add_people(place: Place, *, at: datetime) -> None:
    administrator = User.objects.get(email=f"{STAFF[0][0]}@{place.slug}.example")
    accounts.set_password(administrator.pk, name=STAFF[0][1], password=PASSWORD, by=SYSTEM, at=at)
    for word, name, role in STAFF[1:]:
        accounts.add_person(
            email=f"{word}@{place.slug}.example",
            name=name,
            password=PASSWORD,
            roles=[role],
            by=SYSTEM,
            at=at,
        )
    accounts.add_person(
        email=f"{CUSTOMER[0]}@{place.slug}.example",
        name=CUSTOMER[1],
        password=PASSWORD,
        by=SYSTEM,
        at=at,
    )
