"""The tenant of the rush: one permit type that many want, and people who are signed in."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import yaml
from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.db import connection
from django.utils import timezone
from django_tenants.utils import tenant_context

from bench import tenant


@dataclass(frozen=True)
class Crowd:
    """The tenant, its host, and a session cookie for each person."""

    host: str
    tenant: Any
    source: dict[str, Any]
    cookies: tuple[str, ...]


@contextmanager
def gathered(people: int, places: int, *, at_once: int, csrf: str) -> Iterator[Crowd]:
    """Make the tenant with its people, and remove it whatever happens."""
    with tenant.made("rush") as place:
        today = timezone.now()
        source = yaml.safe_load(tenant.PROGRAMME.read_text())
        source["permit_types"].append(
            {
                "code": "RUSH",
                "name": "Garage",
                "grants": [{"zones": ["LOT-B"]}],
                "term": {
                    "kind": "fixed",
                    "from": f"{today:%Y-%m-01}",
                    "to": f"{today.year + 1}-12-31",
                },
                "on_sale": {"waiting_room": {"opens": "1h", "at_once": at_once, "turn": "10m"}},
                "price": {"base": "90.00"},
                "quota": {"total": places},
                "per_customer": 1,
                "vehicles": {"max": 1},
            }
        )
        with tenant_context(place):
            cookies = tuple(_people(people, csrf))
        host = f"{place.slug}.{settings.DOMAIN}"
        yield Crowd(host, place, source, cookies)


def open_sale_at(crowd: Crowd, opens_at: datetime) -> None:
    """Apply the program: the sale opens at `opens_at`, a whole minute."""
    from parkops.kernel.actors import SYSTEM
    from parkops.programme import load
    from parkops.programme import operations as programme

    zone = load.load(tenant.PROGRAMME.read_bytes(), "harbor.yaml").programme.tz
    local = opens_at.astimezone(zone)
    crowd.source["permit_types"][-1]["on_sale"]["from"] = f"{local:%Y-%m-%d %H:%M}"
    with tenant_context(crowd.tenant):
        loaded = load.load(yaml.safe_dump(crowd.source).encode(), "rush.yaml")
        programme.apply_version(loaded, begins_at=None, by=SYSTEM, at=timezone.now())
    connection.close()


def truth(crowd: Crowd) -> dict[str, int]:
    """Return what the database holds afterwards."""
    from permits.models import Permit, Quota, Ticket

    with tenant_context(crowd.tenant):
        return {
            "permits held": Permit.objects.filter(type_key="rush").count(),
            "places taken": sum(
                Quota.objects.filter(type_key="rush").values_list("taken", flat=True)
            ),
            "people with a number": Ticket.objects.filter(number__isnull=False).count(),
        }


def _people(count: int, csrf: str) -> Iterator[str]:
    """Register people who have signed in; yield the cookie of each."""
    from django.contrib.sessions.backends.db import SessionStore
    from django.contrib.sessions.models import Session

    from parkops.accounts.models import User
    from parkops.customers.models import Customer

    at = timezone.now()
    users = [User(email=f"p{n}@rush.test", name=f"Person {n}", joined_at=at) for n in range(count)]
    for user in users:
        user.set_unusable_password()
    users = User.objects.bulk_create(users, batch_size=500)
    Customer.objects.bulk_create(
        [Customer(email=user.email, name=user.name, user=user, created_at=at) for user in users],
        batch_size=500,
    )
    store, rows = SessionStore(), []
    for user in users:
        key = store._get_new_session_key()
        data = {
            SESSION_KEY: str(user.pk),
            BACKEND_SESSION_KEY: settings.AUTHENTICATION_BACKENDS[0],
            HASH_SESSION_KEY: user.get_session_auth_hash(),
        }
        expires = at + timedelta(hours=2)
        rows.append(Session(session_key=key, session_data=store.encode(data), expire_date=expires))
        yield f"{settings.SESSION_COOKIE_NAME}={key}; {settings.CSRF_COOKIE_NAME}={csrf}"
    Session.objects.bulk_create(rows, batch_size=500)
