"""The settings: what is unsafe outside this machine, mail, the card provider, the domain."""

import smtplib
import socket
from collections.abc import Iterator

from django.conf import settings
from django.core.mail import get_connection

from .findings import Finding, fault, ok, warning

KEY_LENGTH = 50


def examine() -> Iterator[Finding]:
    """Look at the settings; on the local servers what is only for them is in order."""
    if settings.IS_LOCAL:
        yield ok("Local servers and a local key: for this machine only")
    else:
        yield from _production()
    yield _mail()
    yield _stripe()


def _production() -> Iterator[Finding]:
    key = settings.SECRET_KEY
    if len(key) < KEY_LENGTH or key.startswith("only-for-the-embedded-servers"):
        yield fault(
            "SECRET_KEY is not set, or is short",
            'Set it to the output of: python -c "import secrets; print(secrets.token_urlsafe(60))"',
        )
    if settings.DEBUG:
        yield fault("DEBUG is on: errors show the code and the settings", "Unset DEBUG")
    if settings.SCHEME != "https":
        yield fault("Sign-ins would travel over plain http", "Unset PARKOPS_SCHEME, or set https")
    if settings.DOMAIN == "localhost":
        yield fault(
            "PARKOPS_DOMAIN is localhost: only this machine finds it",
            "Set it to the domain that the tenants' sites are under",
        )
    else:
        yield _domain()


def _domain() -> Finding:
    """Look a made-up tenant's host up: every name under the domain must lead here."""
    host = f"doctor.{settings.DOMAIN}"
    try:
        socket.getaddrinfo(host, 443)
    except OSError:
        return warning(
            f"{host} is not found in the DNS", f"Add a wildcard record: *.{settings.DOMAIN}"
        )
    return ok(f"Names under {settings.DOMAIN} are found in the DNS")


def _mail() -> Finding:
    if not settings.HAS_MAIL_SERVER:
        return warning("No mail server: messages stay in ParkOps", "Set EMAIL_URL to send them")
    mail = get_connection(timeout=5)
    try:
        mail.open()
    except (OSError, smtplib.SMTPException) as error:
        return fault(f"The mail server does not let us in: {error}", "Check EMAIL_URL")
    finally:
        mail.close()
    return ok("The mail server lets us in")


def _stripe() -> Finding:
    key, secret, base = (
        settings.STRIPE_SECRET_KEY,
        settings.STRIPE_WEBHOOK_SECRET,
        settings.STRIPE_API_BASE,
    )
    if settings.IS_LOCAL and "127.0.0.1" in base:
        return ok("Cards are paid at the stand-in for Stripe: no money moves")
    if not key:
        return warning("No card provider: only the counter takes money", "Set STRIPE_SECRET_KEY")
    if base:
        return fault(f"Cards are paid at {base}, which is not Stripe", "Unset STRIPE_API_BASE")
    if not key.startswith(("sk_", "rk_")):
        return fault("STRIPE_SECRET_KEY is no secret key", "Copy the one that begins with sk_")
    if not secret.startswith("whsec_"):
        return fault(
            "STRIPE_WEBHOOK_SECRET is missing: payments are noticed late, by asking only",
            "Copy it from the webhook endpoint's page at Stripe; it begins with whsec_",
        )
    if "_test_" in key:
        return warning("Stripe's test key: no money moves", "Set the live key when you open")
    return ok("Stripe's keys are there")
