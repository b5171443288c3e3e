"""Signing in: by code, by password, with a second factor; and what keeps strangers out."""

import re
import time
from uuid import uuid4

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, generate_totp_secret, hotp_value
from django.contrib.sessions.models import Session
from django.utils import timezone
from django_tenants.utils import tenant_context

from parkops.accounts import operations
from parkops.accounts.models import User
from parkops.kernel.actors import SYSTEM, Actor
from parkops.messaging.models import Message
from tests.seed import PASSWORD

GUEST = "Guest@somewhere.example"


@pytest.fixture(autouse=True)
def no_limits_yet(harbor, settings):
    """Begin with nobody having tried anything: in a memory of this test's own, limits count from zero."""
    own = {"BACKEND": "django.core.cache.backends.locmem.LocMemCache", "LOCATION": str(uuid4())}
    settings.CACHES = {**settings.CACHES, "default": own}


def code_of_last_message():
    message = Message.objects.order_by("-pk")[0]
    return re.search(r"Your code is (\S+)", message.text)[1]


def is_signed_in(site):
    return site.get("/my/").status_code == 200


@pytest.fixture
def confirmed(dana):
    operations.confirm_email(dana)
    return dana


class TestByCode:
    def test_a_guest_needs_nothing_but_an_address(self, site):
        assert site.get("/account/login/code/").status_code == 200
        response = site.post("/account/login/code/", {"email": GUEST}, follow=True)
        assert b"Enter the code" in response.content
        assert re.fullmatch(r"[A-Z]{3}-[A-Z]{3}", code_of_last_message())
        response = site.post("/account/login/code/confirm/", {"code": code_of_last_message()})
        assert response.status_code == 302
        assert is_signed_in(site)
        user = User.objects.get(email__iexact=GUEST)
        assert not user.has_usable_password()
        assert EmailAddress.objects.get(user=user).verified

    def test_leads_on_to_where_one_wanted(self, site):
        site.post(
            "/account/login/code/?next=/my/profile/", {"email": GUEST, "next": "/my/profile/"}
        )
        response = site.post(
            "/account/login/code/confirm/",
            {"code": code_of_last_message(), "next": "/my/profile/"},
        )
        assert response["Location"] == "/my/profile/"

    @pytest.mark.parametrize(
        "there", ["https://evil.example/", "//evil.example", "http://hillside.localhost/"]
    )
    def test_never_leads_to_another_host(self, site, confirmed, there):
        response = site.post(
            "/account/login/", {"login": confirmed.email, "password": PASSWORD, "next": there}
        )
        assert response.status_code == 302
        assert response["Location"] == "/my/"

    def test_known_and_unknown_addresses_are_answered_alike(self, site, other_site, confirmed):
        known = site.post("/account/login/code/", {"email": confirmed.email}, follow=True)
        site.cookies.clear()
        unknown = site.post("/account/login/code/", {"email": GUEST}, follow=True)
        assert known.status_code == unknown.status_code == 200

        def plain(response, email):
            text = re.sub(r"csrf[^>]*>|nonce=\"[^\"]*\"", "", response.content.decode())
            return re.sub(r"X-CSRFToken\": \"[^\"]*\"", "", text).replace(email.lower(), "")

        assert plain(known, confirmed.email) == plain(unknown, GUEST)

    def test_a_wrong_code_does_not_let_in_and_ends_after_some_tries(self, site):
        site.post("/account/login/code/", {"email": GUEST})
        right = code_of_last_message()
        for _ in range(5):
            site.post("/account/login/code/confirm/", {"code": "XXX-XXX"})
        site.post("/account/login/code/confirm/", {"code": right})
        assert not is_signed_in(site)

    def test_a_new_code_replaces_the_one_before(self, site):
        page = site.post("/account/login/code/", {"email": GUEST}, follow=True)
        assert b"send a new code" in page.content
        old = code_of_last_message()
        site.post("/account/login/code/confirm/", {"action": "resend"})
        new = code_of_last_message()
        assert old != new
        site.post("/account/login/code/confirm/", {"code": old})
        assert not is_signed_in(site)
        site.post("/account/login/code/confirm/", {"code": new})
        assert is_signed_in(site)

    def test_a_code_of_another_browser_does_not_let_in(self, site):
        from tests.conftest import Site

        site.post("/account/login/code/", {"email": GUEST})
        stranger = Site("harbor")
        stranger.post("/account/login/code/confirm/", {"code": code_of_last_message()})
        assert not is_signed_in(stranger)

    def test_too_many_codes_are_refused(self, site):
        answers = []
        for _ in range(5):
            site.cookies.clear()
            answers.append(site.post("/account/login/code/", {"email": GUEST}))
        assert b"Too many tries" in answers[-1].content
        assert Message.objects.count() == 3

    def test_a_strangers_password_goes_before_the_owner_gets_in(self, site):
        site.post("/account/signup/", {"email": GUEST, "password1": "stranger staple horse"})
        assert User.objects.get(email__iexact=GUEST).has_usable_password()
        site.cookies.clear()
        site.post("/account/login/code/", {"email": GUEST})
        site.post("/account/login/code/confirm/", {"code": code_of_last_message()})
        assert is_signed_in(site)
        assert not User.objects.get(email__iexact=GUEST).has_usable_password()

    def test_those_who_never_came_are_forgotten(self, site, dana):
        site.post("/account/login/code/", {"email": GUEST})
        now = timezone.now()
        operations.confirm_email(dana)
        operations.forget_unconfirmed(at=now + timezone.timedelta(days=1))
        assert User.objects.filter(email__iexact=GUEST).exists()
        operations.forget_unconfirmed(at=now + timezone.timedelta(days=3))
        assert not User.objects.filter(email__iexact=GUEST).exists()
        assert User.objects.filter(pk=dana.pk).exists()


class TestByPassword:
    def test_lets_in_and_changes_the_session(self, site, confirmed):
        site.get("/account/login/")
        before = site.session.session_key
        response = site.post("/account/login/", {"login": confirmed.email, "password": PASSWORD})
        assert response["Location"] == "/my/"
        assert is_signed_in(site)
        assert site.session.session_key != before

    def test_leads_staff_to_their_work(self, site, alice):
        operations.confirm_email(alice)
        response = site.post("/account/login/", {"login": alice.email, "password": PASSWORD})
        assert response["Location"].startswith("/office/")

    def test_a_wrong_password_says_the_same_as_an_unknown_address(self, site, confirmed):
        wrong = site.post("/account/login/", {"login": confirmed.email, "password": "no"})
        unknown = site.post("/account/login/", {"login": "x@y.example", "password": "no"})
        for response in (wrong, unknown):
            assert b"do not belong together" in response.content
        assert not is_signed_in(site)

    def test_too_many_tries_are_refused(self, site, confirmed):
        for _ in range(6):
            site.post("/account/login/", {"login": confirmed.email, "password": "no"})
        response = site.post("/account/login/", {"login": confirmed.email, "password": PASSWORD})
        assert b"Too many tries" in response.content
        assert not is_signed_in(site)

    def test_an_unconfirmed_address_needs_a_code_first(self, site, harbor):
        response = site.post(
            "/account/signup/",
            {"email": GUEST, "password1": "a long enough password"},
            follow=True,
        )
        assert b"Enter the code" in response.content
        assert not is_signed_in(site)
        site.post("/account/signup/code/", {"code": code_of_last_message()})
        assert is_signed_in(site)

    def test_a_weak_password_is_refused(self, site):
        for weak in ("short", "password1234"):
            response = site.post("/account/signup/", {"email": GUEST, "password1": weak})
            assert response.status_code == 200
            assert not User.objects.filter(email__iexact=GUEST).exists()

    def test_signing_up_twice_tells_the_owner_only(self, site, confirmed):
        response = site.post(
            "/account/signup/",
            {"email": confirmed.email, "password1": "a long enough password"},
            follow=True,
        )
        assert b"Enter the code" in response.content
        assert Message.objects.get().event == "account.account_already_exists"

    def test_a_deactivated_person_is_kept_out(self, site, confirmed):
        User.objects.filter(pk=confirmed.pk).update(is_active=False)
        site.post("/account/login/", {"login": confirmed.email, "password": PASSWORD})
        assert not is_signed_in(site)


class TestNewPassword:
    def test_is_set_by_a_code(self, site, confirmed):
        site.post("/account/password/reset/", {"email": confirmed.email})
        site.post("/account/password/reset/code/", {"code": code_of_last_message()})
        new = "another long password"
        site.post("/account/password/reset/new/", {"password1": new, "password2": new})
        confirmed.refresh_from_db()
        assert confirmed.check_password(new)
        assert Message.objects.order_by("-pk")[0].event == "account.password_reset"

    def test_of_an_unknown_address_sends_nothing(self, site):
        response = site.post("/account/password/reset/", {"email": GUEST}, follow=True)
        assert b"Enter the code" in response.content
        assert not Message.objects.exists()

    def test_ends_other_sessions(self, site, confirmed):
        from tests.conftest import Site

        other = Site("harbor").login_as(confirmed)
        site.login_as(confirmed)
        new = "another long password"
        site.post(
            "/account/password/",
            {"oldpassword": PASSWORD, "password1": new, "password2": new},
        )
        assert is_signed_in(site)
        assert not is_signed_in(other)


class TestSecondFactor:
    @pytest.fixture
    def secret(self, confirmed):
        secret = generate_totp_secret()
        TOTP.activate(confirmed, secret)
        RecoveryCodes.activate(confirmed)
        return secret

    def code(self, secret):
        return format_hotp_value(hotp_value(secret, int(time.time()) // 30))

    def test_is_asked_for_after_the_password(self, site, confirmed, secret):
        response = site.post("/account/login/", {"login": confirmed.email, "password": PASSWORD})
        assert response["Location"].startswith("/account/second-factor/code/")
        assert not is_signed_in(site)
        assert site.get("/account/second-factor/code/").status_code == 200
        site.post("/account/second-factor/code/", {"code": self.code(secret)})
        assert is_signed_in(site)

    def test_is_asked_for_after_a_code_by_mail_too(self, site, confirmed, secret):
        site.post("/account/login/code/", {"email": confirmed.email})
        site.post("/account/login/code/confirm/", {"code": code_of_last_message()})
        assert not is_signed_in(site)

    def test_a_recovery_code_lets_in_once(self, site, confirmed, secret):
        row = Authenticator.objects.get(user=confirmed, type="recovery_codes")
        spare = row.wrap().get_unused_codes()[0]
        for expected in (True, False):
            site.cookies.clear()
            site.post("/account/login/", {"login": confirmed.email, "password": PASSWORD})
            site.post("/account/second-factor/code/", {"code": spare})
            assert is_signed_in(site) is expected

    def test_is_set_up_on_a_page(self, site, confirmed):
        site.post("/account/login/", {"login": confirmed.email, "password": PASSWORD})
        again = site.get("/account/second-factor/app/")
        assert again["Location"].startswith("/account/confirm/")
        site.post(again["Location"], {"password": PASSWORD})
        page = site.get("/account/second-factor/app/")
        assert page.status_code == 200
        secret = re.search(r"<code>(\w+)</code>", page.content.decode())[1]
        site.post("/account/second-factor/app/", {"code": self.code(secret)})
        assert Authenticator.objects.filter(user=confirmed, type="totp").exists()
        assert site.get("/account/second-factor/").status_code == 200
        assert site.get("/account/second-factor/recovery/").status_code == 200
        assert site.get("/account/second-factor/recovery/new/").status_code == 200
        assert site.get("/account/second-factor/recovery/download/").status_code == 200
        assert site.get("/account/second-factor/app/off/").status_code == 200


class TestPages:
    @pytest.mark.parametrize(
        "path",
        ["login/", "login/code/", "signup/", "password/reset/", "closed/", "password/reset/done/"],
    )
    def test_are_in_our_look(self, site, path):
        response = site.get(f"/account/{path}")
        assert response.status_code == 200
        assert response.content.count(b"<h1") == 1
        assert b'class="kerb"' in response.content

    @pytest.mark.parametrize("path", ["", "password/", "logout/", "confirm/"])
    def test_of_ones_own_are_in_our_look(self, site, confirmed, path):
        response = site.login_as(confirmed).get(f"/account/{path}")
        assert response.status_code == 200
        assert response.content.count(b"<h1") == 1

    def test_of_a_guest_offer_a_password(self, site, confirmed):
        confirmed.set_unusable_password()
        confirmed.save()
        browser = site.login_as(confirmed)
        assert browser.get("/account/password/set/").status_code == 200

    @pytest.mark.parametrize("path", ["email/", "phone/change/", "signup/passkey/"])
    def test_that_we_do_not_use_are_not_there(self, site, path):
        assert site.get(f"/account/{path}").status_code == 404

    def test_signing_out_needs_a_post(self, site, confirmed):
        site.login_as(confirmed).get("/account/logout/")
        assert is_signed_in(site)
        site.post("/account/logout/")
        assert not is_signed_in(site)

    def test_signing_out_everywhere_ends_every_session(self, site, confirmed):
        from tests.conftest import Site

        other = Site("harbor").login_as(confirmed)
        site.login_as(confirmed).post("/account/sign-out-everywhere/")
        assert not is_signed_in(site)
        assert not is_signed_in(other)


class TestTenantsApart:
    def test_a_session_is_nobody_in_another_tenant(self, site, other_site, hillside, alice):
        """The same id and the same password hash on both sides: only the schema differs."""
        with tenant_context(hillside):
            User.objects.filter(pk=alice.pk).delete()
            twin = User.objects.create_user("twin@hillside.example", None, roles=alice.roles)
            User.objects.filter(pk=twin.pk).update(id=alice.pk, password=alice.password)
        site.login_as(alice)
        assert site.get("/office/staff/").status_code == 200
        row = Session.objects.get(session_key=site.session.session_key)
        with tenant_context(hillside):
            Session.objects.create(
                session_key=row.session_key,
                session_data=row.session_data,
                expire_date=row.expire_date,
            )
        other_site.cookies = site.cookies
        response = other_site.get("/office/staff/")
        assert response.status_code == 302
        assert response["Location"].startswith("/account/login/")

    def test_a_welcome_link_is_spent_elsewhere(self, site, other_site, alice):
        link = operations.welcome_link(alice).rpartition("/account/")[2]
        assert site.get(f"/account/{link}").status_code == 200
        assert other_site.get(f"/account/{link}").status_code == 410


class TestWelcome:
    @pytest.fixture
    def invited(self, harbor):
        return operations.invite_staff(
            email="new@harbor.example", roles=["clerk"], by=SYSTEM, at=timezone.now()
        )

    def test_sets_a_password_once_and_signs_in(self, site, invited):
        link = operations.welcome_link(invited).partition("localhost")[2].partition("/")[2]
        assert invited.email.encode() in site.get(f"/{link}").content
        response = site.post(f"/{link}", {"password": "a long enough password"})
        assert response["Location"].startswith("/office/")
        assert site.get("/office/customers/").status_code == 200
        assert site.get(f"/{link}").status_code == 410
        assert site.post(f"/{link}", {"password": "yet another password"}).status_code == 410
        invited.refresh_from_db()
        assert invited.check_password("a long enough password")

    def test_refuses_a_weak_password(self, site, invited):
        link = operations.welcome_link(invited).partition("/account/")[2]
        response = site.post(f"/account/{link}", {"password": "password"})
        assert response.status_code == 422
        assert not User.objects.get(pk=invited.pk).has_usable_password()

    def test_is_sent_by_message(self, invited):
        message = Message.objects.get()
        assert (message.to, message.event) == ("new@harbor.example", "account.invited")
        assert "http://harbor.localhost" in message.text
        assert "/account/welcome/" in message.text


def test_sign_in_of_staff_after_an_end_of_sessions(site, alice):
    site.login_as(alice)
    operations.end_sessions(alice.pk, by=Actor("staff", str(alice.pk), "Alice"), at=timezone.now())
    assert not is_signed_in(site)
