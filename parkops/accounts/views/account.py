"""A person's own pages: the first password, what protects the sign-in, signing out everywhere."""

from allauth.account.internal.flows.login import record_authentication
from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST

from parkops.accounts import operations
from parkops.accounts.adapter import AccountAdapter
from parkops.accounts.forms import PasswordForm
from parkops.kernel.decisions import Refused
from parkops.ui.access import customer_only, public
from parkops.ui.pages import actor, page

BACKEND = settings.AUTHENTICATION_BACKENDS[0]


@public
@never_cache
@sensitive_post_parameters("password")
def welcome(request: HttpRequest, text: str) -> HttpResponse:
    """Ask an invited person for a first password, and sign them in."""
    invited = operations.welcomed(text)
    if invited is None:
        return page(request, "account/welcome_spent.html", status=410)
    form = PasswordForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            user = operations.set_first_password(
                text, password=form.cleaned_data["password"], at=timezone.now()
            )
        except Refused as refusal:
            form.add_error(refusal.field or None, str(refusal))
        else:
            login(request, user, backend=BACKEND)
            record_authentication(request, user, method="password", email=user.email)
            return redirect(AccountAdapter(request).get_login_redirect_url(request))
    status = 422 if form.errors else 200
    return page(request, "account/welcome.html", {"form": form, "invited": invited}, status=status)


@customer_only
def security(request: HttpRequest) -> HttpResponse:
    """Show how this person signs in, and what protects it."""
    context = {"has_second_factor": is_mfa_enabled(request.user)}
    return page(request, "account/security.html", context)


@customer_only
@require_POST
def sign_out_everywhere(request: HttpRequest) -> HttpResponse:
    """End this person's sessions on every device, this one too."""
    operations.end_sessions(int(actor(request).ref), by=actor(request), at=timezone.now())
    request.session.flush()
    messages.success(request, "You are signed out on every device.")
    return redirect("account_login")
