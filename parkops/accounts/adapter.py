"""How allauth behaves in a tenant: its messages go through ours, its links to the tenant's host."""

from typing import Any
from uuid import uuid4

from allauth.account.adapter import DefaultAccountAdapter
from allauth.core import context as allauth_context
from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme

from parkops.accounts.models import User
from parkops.kernel.permissions import Permission
from parkops.messaging import operations as messaging

# What a message may tell of allauth's context; the rest is not JSON, or no business of a message.
_TOLD = ("code", "ip", "user_agent")

# The first page of each kind of work, the first that a person may open.
FIRST_PAGES = [
    (Permission.DASHBOARD_VIEW, "office_dashboard:today"),
    (Permission.PLATE_CHECK, "field:home"),
    (Permission.CUSTOMER_VIEW, "office_customers:list"),
]


class AccountAdapter(DefaultAccountAdapter):
    """Sends through `parkops.messaging`, leads people to their work, and stays on its own host."""

    error_messages = {
        **DefaultAccountAdapter.error_messages,
        "account_inactive": "This sign-in has been closed. The parking office can open it again.",
        "email_password_mismatch": "This e-mail address and password do not belong together.",
        "incorrect_code": "This is not the code. Look at the newest message.",
        "incorrect_password": "This is not your password.",
        "too_many_login_attempts": "Too many tries. Wait five minutes, or use a code by e-mail.",
        "rate_limited": "Too many tries. Wait a minute.",
        "email_taken": "Somebody signs in with this address already.",
        "enter_current_password": "This is not your present password.",
    }

    def new_user(self, request: HttpRequest) -> User:
        """Return a person who is about to sign up."""
        return User(joined_at=timezone.now())

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Write the message `account/email/login_code` (or another) and promise its delivery."""
        name = template_prefix.rpartition("/")[2]
        messaging.send_once(
            event=f"account.{name}",
            key=f"account:{name}:{uuid4()}",
            to=email,
            context={word: context[word] for word in _TOLD if isinstance(context.get(word), str)},
            is_secret="code" in context,
            language=None,
            at=timezone.now(),
        )

    def get_login_redirect_url(self, request: HttpRequest) -> str:
        """Return where this person's work begins."""
        user = request.user
        if user.is_authenticated and user.is_staff_member:
            for permission, name in FIRST_PAGES:
                if user.may(permission):
                    try:
                        return reverse(name)
                    except NoReverseMatch:
                        continue
        return reverse("my:home")

    def get_signup_redirect_url(self, request: HttpRequest) -> str:
        """Return where a new person begins."""
        return reverse("my:home")

    def get_password_change_redirect_url(self, request: HttpRequest) -> str:
        """Return where to go after a change of password."""
        return reverse("account:security")

    def is_safe_url(self, url: str | None) -> bool:
        """Return whether `url` stays on this host."""
        request = allauth_context.request
        return url_has_allowed_host_and_scheme(
            url, allowed_hosts={request.get_host()}, require_https=request.is_secure()
        )
