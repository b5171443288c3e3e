"""Staff and tokens in the office: who may, what is refused, what is another tenant's."""

import re

import pytest
from django.utils import timezone
from django_tenants.utils import tenant_context

from parkops.accounts import operations, queries
from parkops.accounts.models import ApiToken, User
from parkops.kernel.actors import SYSTEM
from parkops.kernel.permissions import Role
from parkops.messaging.models import Message


@pytest.fixture
def office(site, alice):
    return site.login_as(alice)


class TestWhoMay:
    GETS = ["/office/staff/", "/office/staff/invitation/", "/office/tokens/", "/office/tokens/new/"]

    @pytest.mark.parametrize("address", GETS)
    def test_a_visitor_is_asked_to_sign_in(self, site, address):
        assert site.get(address)["Location"].startswith("/account/login/")

    @pytest.mark.parametrize("address", GETS)
    def test_others_are_refused(self, site, bob, clara, otto, dana, address):
        for person in (bob, clara, otto, dana):
            browser = site.login_as(person)
            assert browser.get(address).status_code == 403
            assert browser.post(address).status_code == 403

    @pytest.mark.parametrize("address", GETS)
    def test_an_administrator_sees_it(self, office, address):
        assert office.get(address).status_code == 200

    def test_an_administrator_of_another_tenant_is_a_visitor_here(self, site, other_site, charlie):
        other_site.login_as(charlie)
        assert other_site.get("/office/staff/").status_code == 200
        site.cookies = other_site.cookies
        assert site.get("/office/staff/").status_code == 302


class TestStaff:
    def test_lists_everybody_with_a_role(self, office):
        page = office.get("/office/staff/").content.decode()
        assert "bob@harbor.example" in page
        assert "dana@customer.example" not in page
        assert "charlie@hillside.example" not in page

    def test_invites_with_a_message(self, office):
        response = office.post(
            "/office/staff/invitation/",
            {"email": "new@harbor.example", "name": "New", "roles": ["clerk", "officer"]},
        )
        assert response.status_code == 302
        assert User.objects.get(email="new@harbor.example").roles == ["clerk", "officer"]
        assert Message.objects.get().to == "new@harbor.example"

    def test_makes_staff_of_a_customer(self, office, dana):
        office.post("/office/staff/invitation/", {"email": dana.email.upper(), "roles": ["clerk"]})
        dana.refresh_from_db()
        assert dana.roles == ["clerk"]

    @pytest.mark.parametrize(
        ("given", "said"),
        [
            ({"email": "bob@harbor.example", "roles": ["clerk"]}, "has a role already"),
            ({"email": "no", "roles": ["clerk"]}, "valid email"),
            ({"email": "x@b.test"}, "required"),
            ({"email": "x@b.test", "roles": ["king"]}, "king"),
        ],
    )
    def test_refuses_with_the_reason(self, office, given, said):
        response = office.post("/office/staff/invitation/", given)
        assert response.status_code == 422
        assert said in response.content.decode()

    def test_changes_roles(self, office, bob):
        office.post(f"/office/staff/{bob.pk}/", {"roles": ["reviewer"]})
        bob.refresh_from_db()
        assert bob.roles == ["reviewer"]

    def test_nobody_takes_the_role_from_oneself(self, office, alice):
        response = office.post(f"/office/staff/{alice.pk}/", {"roles": ["clerk"]})
        assert response.status_code == 422
        alice.refresh_from_db()
        assert alice.roles == ["administrator"]

    def test_deactivates_and_ends_the_sessions(self, office, bob):
        from tests.conftest import Site

        his = Site("harbor").login_as(bob)
        assert his.get("/my/").status_code == 200
        assert office.post(f"/office/staff/{bob.pk}/deactivation/").status_code == 302
        assert his.get("/my/").status_code == 302
        office.post(f"/office/staff/{bob.pk}/reactivation/")
        bob.refresh_from_db()
        assert bob.is_active

    def test_nobody_deactivates_oneself(self, office, alice):
        assert office.post(f"/office/staff/{alice.pk}/deactivation/").status_code == 422
        alice.refresh_from_db()
        assert alice.is_active

    @pytest.mark.parametrize("rest", ["", "deactivation/", "reactivation/"])
    def test_a_customer_is_no_member_of_staff(self, office, dana, rest):
        assert office.post(f"/office/staff/{dana.pk}/{rest}").status_code == 404

    def test_a_get_changes_nothing(self, office, bob):
        assert office.get(f"/office/staff/{bob.pk}/deactivation/").status_code == 405


class TestLastAdministrator:
    def test_stays(self, alice):
        now = timezone.now()
        with pytest.raises(operations.Refused) as refused:
            operations.deactivate_staff(alice.pk, by=SYSTEM, at=now)
        assert refused.value.code == "last_administrator"
        with pytest.raises(operations.Refused) as refused:
            operations.change_roles(alice.pk, roles=["clerk"], by=SYSTEM, at=now)
        assert refused.value.code == "last_administrator"

    def test_may_go_when_there_is_another(self, alice, bob):
        now = timezone.now()
        operations.change_roles(bob.pk, roles=[Role.ADMINISTRATOR], by=SYSTEM, at=now)
        assert queries.administrators() == 2
        operations.deactivate_staff(alice.pk, by=SYSTEM, at=now)
        assert queries.administrators() == 1


class TestTokens:
    def make(self, office, **more):
        return office.post(
            "/office/tokens/new/", {"name": "Gate 3", "scopes": ["permits:read"], **more}
        )

    def test_shows_the_secret_once(self, office, site):
        page = self.make(office)
        assert page["Cache-Control"].find("no-store") >= 0
        secret = re.search(r"po_[\w-]+", page.content.decode())[0]
        assert queries.usable_token(secret, at=timezone.now()).name == "Gate 3"
        listed = office.get("/office/tokens/").content.decode()
        assert "Gate 3" in listed
        assert secret not in listed

    def test_ends_after_its_last_day(self, office):
        self.make(office, expires_on="2099-12-31")
        expires_at = ApiToken.objects.get().expires_at
        assert expires_at.isoformat().startswith("2100-01-01T0")

    @pytest.mark.parametrize(
        "wrong", [{"scopes": ["all"]}, {"name": ""}, {"expires_on": "2001-01-01"}]
    )
    def test_refuses(self, office, wrong):
        assert self.make(office, **wrong).status_code == 422
        assert not ApiToken.objects.exists()

    def test_revokes(self, office):
        self.make(office)
        token = ApiToken.objects.get()
        office.post(f"/office/tokens/{token.pk}/revocation/")
        token.refresh_from_db()
        assert token.revoked_at

    def test_another_tenants_token_is_not_there(self, office, hillside):
        with tenant_context(hillside):
            made = operations.create_token(name="t", scopes=["admin"], by=SYSTEM, at=timezone.now())
            ApiToken.objects.filter(pk=made.token.pk).update(id=987_654)
        assert office.post("/office/tokens/987654/revocation/").status_code == 404
        with tenant_context(hillside):
            assert ApiToken.objects.get(pk=987_654).revoked_at is None
