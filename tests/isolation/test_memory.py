"""What a process, the cache and the disk remember of one tenant never answers for another."""

import random
import re
from contextlib import suppress

import pytest
import yaml
from django.core.cache import cache
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import connection, transaction
from django.utils import timezone
from django_tenants.utils import tenant_context

from parkops.accounts import operations as accounts
from parkops.kernel.actors import SYSTEM
from parkops.programme import load
from parkops.programme import operations as programme
from parkops.programme import queries as programmes
from parkops.tenancy import hosts
from tests.conftest import Site
from tests.isolation.conftest import NOW
from tests.seed import PROGRAMMES

pytestmark = pytest.mark.django_db


@pytest.fixture
def two(harbor, hillside):
    """Two tenants whose programmes name the same things differently; gives a signed-in API of each."""
    sites = {}
    for tenant, word in ((harbor, "Harbor"), (hillside, "Hillside")):
        with tenant_context(tenant):
            text = (PROGRAMMES / "harbor.yaml").read_text()
            text = text.replace("North lot", f"{word} lot").replace(
                "Harbor Parking", f"{word} Cars"
            )
            text = text.replace('base: "50.00"', f'base: "{len(word)}.00"')
            loaded = load.load(text, "two.yaml")
            programme.apply_version(loaded, begins_at=NOW, by=SYSTEM, at=NOW)
            made = accounts.create_token(name=word, scopes=["admin"], by=SYSTEM, at=NOW)
        site = Site(tenant.slug)
        site.defaults["HTTP_AUTHORIZATION"] = f"Bearer {made.secret}"
        sites[word] = site
    return sites


ASKED = [
    # First, for a vehicle that has been seen counts in the occupancy of the zones.
    ("post", "/api/v1/plate-checks", {"plate": "ABC 1", "zone": "LOT-A", "at": NOW.isoformat()}),
    ("get", "/", None),
    ("get", "/zones/", None),
    ("get", "/permits/", None),
    ("get", "/api/v1/zones", None),
    ("get", "/api/v1/zones/LOT-A", None),
    ("get", "/api/v1/programme", None),
    ("get", "/api/v1/permit-types", None),
    ("get", "/api/v1/zones.geojson", None),
]


def ask(site: Site, asked) -> tuple[int, str]:
    """Return the answer without what is new in each page: its nonce and its CSRF token."""
    method, path, body = asked
    if body is None:
        answer = site.get(path)
    else:
        answer = site.post(path, body, content_type="application/json")
    text = answer.content.decode()
    nonce = re.search(r"nonce-([^']+)", answer.headers.get("Content-Security-Policy", ""))
    if nonce:
        text = text.replace(nonce[1], "")
    return answer.status_code, re.sub(
        r'("X-CSRFToken": ?"|csrfmiddlewaretoken" value=")[^"]+', "", text
    )


def forget() -> None:
    """Be a fresh process."""
    programmes.forget()
    hosts.forget()


def test_two_hundred_requests_taken_in_turns_are_answered_as_by_a_fresh_process(two):
    alone = {}
    for word, site in two.items():
        for asked in ASKED:
            forget()
            alone[word, asked[1]] = ask(site, asked)
            assert alone[word, asked[1]][0] == 200, asked
    assert alone["Harbor", "/api/v1/zones"] != alone["Hillside", "/api/v1/zones"]
    forget()
    turns = random.Random(7)
    for _ in range(200):
        word, asked = turns.choice(list(two)), turns.choice(ASKED)
        status, text = ask(two[word], asked)
        assert (status, text) == alone[word, asked[1]], (word, asked)
        other = "Hillside lot" if word == "Harbor" else "Harbor lot"
        assert other not in text


def test_a_version_that_was_rolled_back_is_not_remembered(harbor):
    """Its number goes to the next version that is published."""
    at = timezone.now()

    def publish(name: str) -> None:
        document = programmes.document(1)
        document["programme"]["name"] = name
        loaded = load.load(yaml.safe_dump(document).encode(), "rules.yaml")
        programme.apply_version(loaded, begins_at=at, by=SYSTEM, at=at)

    with suppress(ZeroDivisionError), transaction.atomic():
        publish("Never was")
        assert programmes.in_force(at).programme.name == "Never was"
        raise ZeroDivisionError
    publish("Is")
    assert (programmes.in_force(at).number, programmes.in_force(at).programme.name) == (2, "Is")
    assert programmes.version(2).programme.name == "Is"


def test_the_connection_is_left_in_no_other_tenant(two):
    for word, site in two.items():
        ask(site, ("get", "/api/v1/zones", None))
        with tenant_context(connection.tenant), connection.cursor() as cursor:
            cursor.execute("SELECT current_schema()")
            assert cursor.fetchone()[0] == connection.schema_name, word


def test_the_cache_has_a_key_for_each_tenant(harbor, hillside):
    cache.set("same", "harbor's", 30)
    with tenant_context(hillside):
        assert cache.get("same") is None
        cache.set("same", "hillside's", 30)
    assert cache.get("same") == "harbor's"
    assert cache.make_key("same").count(harbor.schema_name) == 1


def test_a_file_lies_in_its_tenants_folder(harbor, hillside):
    name = default_storage.save("evidence/one.txt", ContentFile(b"harbor's"))
    assert harbor.schema_name in default_storage.path(name)
    with tenant_context(hillside):
        assert not default_storage.exists(name)
        assert default_storage.path(name) != name
        with pytest.raises(FileNotFoundError):
            default_storage.open(name)
    default_storage.delete(name)
