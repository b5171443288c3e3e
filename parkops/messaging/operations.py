"""What can be done with a message: say it once, deliver it."""

import hashlib
import logging
import smtplib
from contextlib import nullcontext
from datetime import datetime
from typing import Any

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.db import connection, transaction
from django.db.models import F
from django.template import Context, Engine, TemplateDoesNotExist
from django.template.loader import get_template

from parkops.kernel.money import Money
from parkops.kernel.texts import Text
from parkops.messaging import enclosures, figures
from parkops.messaging.models import Message
from parkops.tenancy import hosts
from parkops.tenancy.later import later
from parkops.ui.language import spoken_to
from parkops.ui.speech import said, written

logger = logging.getLogger(__name__)

# Where the templates of an event lie, by its first word.
FOLDERS = {
    "permit": "permits",
    "waitlist": "permits",
    "lottery": "permits",
    "session": "permits",
    "pass": "permits",
    "citation": "enforcement",
    "appeal": "enforcement",
    "payment": "payments",
    "invoice": "payments",
    "receipt": "payments",
    "refund": "payments",
    "report": "reporting",
}


@transaction.atomic
def send_once(
    *,
    event: str,
    key: str,
    to: str,
    context: dict[str, Any],
    customer_id: int | None = None,
    app: str = "",
    is_secret: bool = False,
    language: str | None = "",
    enclosed: str = "",
    at: datetime,
) -> Message:
    """Write the message of `event` to `to` and promise its delivery; the same `key` is said once.

    "permit.paid" is written from `permits/email/paid.subject.txt`, `paid.txt` and, if there is one,
    `paid.html`; `app` names another folder. `context` is anything JSON; the templates also get
    `tenant` (its name), `site_url` and `event`. Text templates are not escaped. The words of what
    `is_secret` are not kept after sending. `enclosed` names a paper that goes with it (see
    enclosures). `language` is the recipient's, "" the tenant's own, and
    None that of the request, for who asked for the message just now.
    """
    known = Message.objects.filter(key=key).first()
    if known is not None:
        return known
    word, _, name = event.partition(".")
    base = f"{app or FOLDERS.get(word, word)}/email/{name}"
    with spoken_to(language) if language is not None else nullcontext():
        told = {**{name: _said(value) for name, value in context.items()}, **_place()}
        told["event"] = event
        text = _text(f"{base}.txt", told).strip() + "\n"
        subject = " ".join(_text(f"{base}.subject.txt", told).split())[:200]
        html = _html(f"{base}.html", {**told, "text": text, "subject": subject})
    return write_once(
        event=event,
        key=key,
        to=to,
        subject=subject,
        text=text,
        html=html,
        customer_id=customer_id,
        is_secret=is_secret,
        enclosed=enclosed,
        at=at,
    )


def _said(value: Any) -> Any:
    """Return a value of the context in the active language; money and days by its locale."""
    if isinstance(value, list | tuple):
        return [_said(one) for one in value]
    if isinstance(value, Money):
        return written(value)
    return said(value) if isinstance(value, Text) else value


@transaction.atomic
def write_once(
    *,
    event: str,
    key: str,
    to: str,
    subject: str,
    text: str,
    html: str = "",
    customer_id: int | None = None,
    is_secret: bool = False,
    enclosed: str = "",
    at: datetime,
) -> Message:
    """Keep a message already worded and promise its delivery; the same `key` is said once."""
    message, is_new = Message.objects.get_or_create(
        key=key,
        defaults={
            "event": event,
            "to": to,
            "subject": subject,
            "text": text,
            "html": html or wrap(text, subject),
            "customer_id": customer_id,
            "is_secret": is_secret,
            "enclosed": enclosed,
            "created_at": at,
        },
    )
    if is_new:
        later("messaging.deliver", message=message.pk)
    return message


def deliver(message_id: int, *, at: datetime) -> None:
    """Send a waiting message; one that was sent, kept or refused is left alone.

    What it encloses is made now. An error of the mail server is raised; try again later.

    :raises OSError: if the mail server is away (smtplib's errors are such).
    """
    with transaction.atomic():
        message = Message.objects.select_for_update().filter(pk=message_id).first()
        if message is None or message.state != Message.State.WAITING:
            return
        if not settings.HAS_MAIL_SERVER:
            _set(message, state=Message.State.KEPT)
            return
        _set(message, attempts=F("attempts") + 1)
    try:
        _mail(message, at=at).send()
    except smtplib.SMTPRecipientsRefused as error:
        _set(message, state=Message.State.FAILED, last_error=_short(error))
        logger.warning("%s was refused by the mail server", message)
    except OSError as error:
        _set(message, last_error=_short(error))
        raise
    else:
        words = {"text": "", "html": ""} if message.is_secret else {}
        _set(message, state=Message.State.SENT, sent_at=at, last_error="", **words)


def wrap(text: str, subject: str) -> str:
    """Return a plain message as HTML in the tenant's look."""
    return _html("", {**_place(), "text": text, "subject": subject})


def _mail(message: Message, *, at: datetime) -> EmailMultiAlternatives:
    tenant = _place()["tenant"]
    name = hashlib.sha256(f"{connection.schema_name}:{message.key}".encode()).hexdigest()[:32]
    # The same id on a second try lets the recipient's mail program see that it is one message.
    mail = EmailMultiAlternatives(
        message.subject,
        message.text,
        f'"{tenant.replace(chr(34), "")}" <{settings.DEFAULT_FROM_EMAIL}>',
        [message.to],
        headers={"Message-ID": f"<{name}@{settings.DOMAIN}>", "Auto-Submitted": "auto-generated"},
    )
    mail.attach_alternative(message.html, "text/html")
    paper = enclosures.made(message.enclosed, at=at)
    if paper is not None:
        mail.attach(paper.name, paper.content, paper.content_type)
    return mail


def _place() -> dict[str, str]:
    tenant = connection.tenant
    return {
        "tenant": getattr(tenant, "name", ""),
        "site_url": hosts.current_site_url(),
        "brand": getattr(tenant, "brand", "#1d2733"),
        "brand_mark": getattr(tenant, "brand_mark", "#f2b705"),
    }


def _text(name: str, context: dict[str, Any]) -> str:
    template = Engine.get_default().get_template(name)
    return template.render(Context(context, autoescape=False))


def _html(name: str, context: dict[str, Any]) -> str:
    try:
        template = get_template(name) if name else get_template("messaging/email/plain.html")
    except TemplateDoesNotExist:
        template = get_template("messaging/email/plain.html")
    return template.render(context)


@transaction.atomic
def _set(message: Message, **values: Any) -> None:
    rows = Message.objects.filter(pk=message.pk)
    kept = rows.select_for_update().first()
    if kept is not None:
        with figures.tallied(kept):
            rows.update(**values)


def _short(error: Exception) -> str:
    return f"{type(error).__name__}: {error}"[:1_000]
