"""Signing in and out. Of allauth's pages only these are reachable."""

from allauth.account import views as account
from allauth.mfa.base import views as mfa
from allauth.mfa.recovery_codes import views as recovery_codes
from allauth.mfa.totp import views as totp
from django.urls import include, path

from parkops.accounts.views import account as own

_own = [
    path("", own.security, name="security"),
    path("sign-out-everywhere/", own.sign_out_everywhere, name="sign_out_everywhere"),
    path("welcome/<str:text>/", own.welcome, name="welcome"),
]

urlpatterns = [
    path("", include((_own, "account"))),
    # Where allauth sends a signed-in person who has no code to enter.
    path("", own.security, name="account_email"),
    path("login/", account.login, name="account_login"),
    path("login/code/", account.request_login_code, name="account_request_login_code"),
    path("login/code/confirm/", account.confirm_login_code, name="account_confirm_login_code"),
    path("logout/", account.logout, name="account_logout"),
    path("closed/", account.account_inactive, name="account_inactive"),
    path("signup/", account.signup, name="account_signup"),
    path(
        "signup/code/",
        account.email_verification_sent,
        name="account_email_verification_sent",
    ),
    path("confirm/", account.reauthenticate, name="account_reauthenticate"),
    path("password/", account.password_change, name="account_change_password"),
    path("password/set/", account.password_set, name="account_set_password"),
    path("password/reset/", account.password_reset, name="account_reset_password"),
    path(
        "password/reset/code/",
        account.confirm_password_reset_code,
        name="account_confirm_password_reset_code",
    ),
    path(
        "password/reset/new/",
        account.complete_password_reset,
        name="account_complete_password_reset",
    ),
    path(
        "password/reset/done/",
        account.password_reset_from_key_done,
        name="account_password_reset_completed",
    ),
    path("second-factor/", mfa.index, name="mfa_index"),
    path("second-factor/code/", mfa.authenticate, name="mfa_authenticate"),
    path("second-factor/confirm/", mfa.reauthenticate, name="mfa_reauthenticate"),
    path("second-factor/app/", totp.activate_totp, name="mfa_activate_totp"),
    path("second-factor/app/off/", totp.deactivate_totp, name="mfa_deactivate_totp"),
    path(
        "second-factor/recovery/",
        recovery_codes.view_recovery_codes,
        name="mfa_view_recovery_codes",
    ),
    path(
        "second-factor/recovery/new/",
        recovery_codes.generate_recovery_codes,
        name="mfa_generate_recovery_codes",
    ),
    path(
        "second-factor/recovery/download/",
        recovery_codes.download_recovery_codes,
        name="mfa_download_recovery_codes",
    ),
]
