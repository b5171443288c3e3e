"""A session, a password, a token and a signed text are worth nothing in another tenant."""

from copy import copy

import pytest
from django.conf import settings
from django.contrib.auth import get_user_model
from django.contrib.sessions.models import Session
from django.db import connection
from django_tenants.utils import tenant_context

from parkops.tenancy import signing
from tests.conftest import Site
from tests.isolation.things import filled
from tests.seed import PASSWORD

pytestmark = pytest.mark.django_db


def visit(site: Site, path: str = "/office/"):
    """Return where a visit ends: 200, or a redirect to the sign-in page."""
    return site.get(path).status_code


def test_a_session_cookie_is_nobodys_elsewhere(harbor, alice):
    here = Site("harbor").login_as(alice)
    assert visit(here) == 200
    elsewhere = Site("hillside")
    elsewhere.cookies = copy(here.cookies)
    assert visit(elsewhere) == 302


def test_a_copied_session_is_nobodys_though_key_and_password_are_the_same(
    harbor, hillside, alice, charlie
):
    here = Site("harbor").login_as(alice)
    with tenant_context(hillside):
        # As alike as two tenants' people can be: the same key, e-mail, password hash and epoch.
        get_user_model().objects.filter(pk=charlie.pk).delete()
        get_user_model().objects.create(
            **{field.attname: getattr(alice, field.attname) for field in alice._meta.fields}
        )
    row = Session.objects.get(pk=here.cookies[settings.SESSION_COOKIE_NAME].value)
    with tenant_context(hillside):
        Session.objects.create(
            session_key=row.session_key, session_data=row.session_data, expire_date=row.expire_date
        )
    elsewhere = Site("hillside")
    elsewhere.cookies = copy(here.cookies)
    assert visit(elsewhere) == 302
    assert visit(here) == 200


def test_a_password_opens_its_own_tenant_only(harbor, hillside):
    form = {"login": "alice@harbor.example", "password": PASSWORD}
    assert Site("harbor").post("/account/login/", form).status_code == 302
    elsewhere = Site("hillside")
    elsewhere.post("/account/login/", form)
    assert visit(elsewhere) == 302
    assert "_auth_user_id" not in elsewhere.session


def test_what_is_signed_here_is_not_signed_there(harbor, hillside):
    text = signing.sign({"permit": 1}, purpose="test")
    assert signing.unsign(text, purpose="test") == {"permit": 1}
    with tenant_context(hillside), pytest.raises(signing.BadSignature):
        signing.unsign(text, purpose="test")
    with pytest.raises(signing.BadSignature):
        signing.unsign(text, purpose="other")


SIGNED = [
    "permits/verify/<str:token>/",
    "pay/receipts/<str:token>/",
    "pay/receipts/<str:token>/pdf/",
    "pay/return/<str:token>/",
    "pay/cancelled/<str:token>/",
    "pay/<str:token>/",
    "account/welcome/<str:text>/",
]


def test_signed_links_lead_nowhere_elsewhere(things):
    for route in SIGNED:
        path = filled(route, things)
        here = Site("harbor").get(path)
        assert here.status_code < 400, route
        there = Site("hillside").get(path)
        assert there.status_code in {404, 410}, route
        assert b"Quahog" not in there.content


def test_a_permits_own_link_opens_it_at_home_only(things):
    path = f"/permits/{things.permit}/?key={things.page_key}"
    site = Site("harbor")
    assert site.get(f"/permits/{things.permit}/").status_code in {302, 404}
    assert site.get(path, follow=True).redirect_chain == [(f"/permits/{things.permit}/", 302)]
    assert site.get(f"/permits/{things.permit}/").status_code == 200
    assert Site("hillside").get(path).status_code in {302, 404}


def test_a_cursor_of_a_list_is_of_its_tenant(things, harbors_token, hillside):
    from parkops.accounts import operations as accounts
    from parkops.kernel.actors import SYSTEM

    listed = (
        Site("harbor")
        .get("/api/v1/permits?limit=1", headers={"authorization": harbors_token})
        .json()
    )
    assert listed["next"]
    with tenant_context(hillside):
        made = accounts.create_token(name="x", scopes=["admin"], by=SYSTEM, at=things.at)
    answer = Site("hillside").get(
        f"/api/v1/permits?cursor={listed['next']}",
        headers={"authorization": f"Bearer {made.secret}"},
    )
    assert answer.status_code == 422
    assert connection.tenant.slug == "harbor"
