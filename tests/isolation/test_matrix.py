"""Every address that names a thing, asked for on another tenant's host: nothing is shown or changed."""

from itertools import product

import pytest
from django.db import connection
from django_tenants.utils import tenant_context

from tests.conftest import Site
from tests.isolation.things import KWARG, addresses, filled

pytestmark = pytest.mark.django_db

NAMED = sorted({route for route in addresses() if KWARG.search(route)})
PLAIN = sorted({route for route in addresses() if not KWARG.search(route)})
# Their names are counts or words that every tenant has: hillside's own may be shown.
IN_EVERY_TENANT = (
    "permits/buy/",
    "permits/waitlist/<str:code>/",
    "park/",
    "office/sessions/zones/",
    "office/desks/",
    "office/reports/<slug:code>/",
    "office/insights/<slug:code>/",
    "office/ledger/",
    "office/hangtags/<str:code>/",
    "office/program/oversell/",
    "office/program/versions/",
    "office/program/draft/",
    "office/staff/",
    "office/tokens/",
    "office/jobs/",
    "api/v1/zones/",
    "api/v1/accounts/",
    "api/v1/events/",
    "api/v1/lpr/",
    "api/v1/vehicles/",
)


@pytest.fixture
def charlies_site(hillside, charlie):
    """Hillside's administrator at work."""
    return Site("hillside").login_as(charlie)


@pytest.fixture
def hillsides_token(hillside):
    """A token of hillside that may do everything."""
    from parkops.accounts import operations as accounts
    from parkops.kernel.actors import SYSTEM
    from tests.isolation.conftest import NOW

    with tenant_context(hillside):
        made = accounts.create_token(name="other", scopes=["admin"], by=SYSTEM, at=NOW)
    return {"authorization": f"Bearer {made.secret}"}


def test_every_thing_has_its_own_address_at_home(things, harbor, alice):
    """The matrix below means something only if harbor's own people do see these pages."""
    site = Site("harbor").login_as(alice)
    seen = {
        route: site.get(filled(route, things)).status_code
        for route in NAMED
        if route.startswith(("office/", "pay/receipts", "permits/verify"))
    }
    missing = {route for route, status in seen.items() if status >= 400 and status != 405}
    # Only a job that failed, a refund that waits and the like have these.
    assert all(
        route.endswith(("retry/", "cancellation/", "payout/", "letter.pdf")) for route in missing
    ), missing


@pytest.mark.parametrize("method", ["get", "post"])
def test_another_tenants_administrator_finds_nothing(things, charlies_site, state_of, method):
    harbor = connection.tenant.schema_name
    before = state_of(harbor)
    shown = {}
    for route in NAMED:
        path = filled(route, things)
        if route.startswith("api/v1/"):
            continue
        answer = getattr(charlies_site, method)(path)
        text = b"".join(answer) if answer.streaming else answer.content
        for secret in things.unguessable():
            if secret.encode() in text:
                shown[path] = secret
        if answer.status_code == 200 and not route.startswith(IN_EVERY_TENANT):
            shown[path] = "200"
        assert answer.status_code < 500, path
    # What is asked for stands in the address, so it may be repeated; nothing else of it is.
    assert {path: why for path, why in shown.items() if why not in path} == {}
    assert state_of(harbor) == before


def test_lists_of_another_tenant_hold_nothing_of_harbors(things, charlies_site):
    for route in PLAIN:
        answer = charlies_site.get(f"/{route}")
        assert answer.status_code < 500, route
        text = b"".join(answer) if answer.streaming else answer.content
        assert [s for s in things.unguessable() if s.encode() in text] == [], route


def test_searching_for_harbors_things_finds_nothing(things, charlies_site):
    for path in ("/office/search/", "/office/customers/", "/office/permits/", "/office/citations/"):
        for asked in ("QUAHOG1", "Quahog", things.permit, things.citation, "dana@customer.example"):
            answer = charlies_site.get(path, {"q": asked})
            assert b"Dana Driver" not in answer.content
            assert str(things.customer.reference).encode() not in answer.content


def test_no_address_serves_files_directly(things):
    photo = things.citation_photo
    for site in (Site("harbor"), Site("hillside")):
        for path in (f"/files/{photo.shown}", f"/media/{photo.shown}", f"/{photo.shown}"):
            assert site.get(path).status_code == 404


class TestApi:
    METHODS = ("get", "post", "put", "patch", "delete")
    ROUTES = [route for route in NAMED + PLAIN if route.startswith("api/v1/")]
    OPEN = ("api/v1/docs", "api/v1/openapi.json", "api/v1/hooks/", "api/v1/lpr/")

    def test_harbors_token_is_nobodys_elsewhere(self, things, harbors_token, state_of):
        elsewhere = Site("hillside")
        before = state_of("t_hillside")
        refused = set()
        for method, route in product(self.METHODS, self.ROUTES):
            if route.startswith(self.OPEN) or route == "api/v1/":
                continue
            answer = getattr(elsewhere, method)(
                filled(route, things),
                content_type="application/json",
                headers={"authorization": harbors_token},
            )
            assert answer.status_code in {401, 405}, (method, route, answer.status_code)
            refused.add(answer.status_code)
        assert 401 in refused
        assert state_of("t_hillside") == before

    def test_harbors_things_are_not_hillsides(self, things, hillsides_token, state_of):
        elsewhere = Site("hillside")
        before = state_of("t_harbor")
        for method, route in product(self.METHODS, self.ROUTES):
            path = filled(route, things)
            body = {} if method == "get" else {"data": {}, "content_type": "application/json"}
            answer = getattr(elsewhere, method)(path, headers=hillsides_token, **body)
            text = b"".join(answer) if answer.streaming else answer.content
            assert answer.status_code < 500, path
            secrets = [s for s in things.unguessable() if s.encode() in text and s not in path]
            assert secrets == [], path
            if KWARG.search(route) and not route.startswith(IN_EVERY_TENANT):
                assert answer.status_code in {404, 405, 422}, (method, path, answer.status_code)
        assert state_of("t_harbor") == before

    def test_harbors_ids_in_a_body_are_unknown(self, things, hillsides_token, state_of):
        elsewhere = Site("hillside")
        before = state_of("t_harbor")
        customer = str(things.customer.reference)
        for path, body in {
            "/quotes": {"permit_type": "MONTH", "customer": customer, "vehicles": ["A1"]},
            "/permits": {"permit_type": "MONTH", "customer": customer, "vehicles": ["A1"]},
            "/waitlist": {"permit_type": "STAFF-YEAR", "customer": customer},
            "/payments": {"charges": [things.charge], "method": "cash"},
            "/passes": {
                "permit": things.permit,
                "plate": "A1",
                "start": "2026-11-10T12:00:00-05:00",
                "hours": 1,
            },
        }.items():
            answer = elsewhere.post(
                f"/api/v1{path}", body, content_type="application/json", headers=hillsides_token
            )
            assert answer.status_code in {404, 422}, (path, answer.content)
        assert state_of("t_harbor") == before
