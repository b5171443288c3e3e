"""What can be done with texts: open a line, say one once, deliver it, take one in, opt out."""

import secrets
from collections.abc import Callable
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, F, OuterRef

from parkops.kernel.decisions import Refused
from parkops.kernel.texts import Text
from parkops.messaging.models import Phone, TextLine, TextMessage
from parkops.messaging.texts.phones import phone_number
from parkops.messaging.texts.providers import Inbound, Rejected, provider
from parkops.tenancy.later import later
from parkops.ui.language import spoken_to
from parkops.ui.speech import said

MOST_A_MINUTE = 10
"""So many texts of one phone are answered in a minute: two machines may not talk for ever."""
CONFIRMED = "text.stopped"
"""The one text that a phone gets after it opted out."""

Answer = Callable[[Phone, str, datetime], str]
_answer: list[Answer] = []


def answered_by(answer: Answer) -> None:
    """Let `answer` say what is answered to a phone's words; "" is no answer. An app calls this once."""
    _answer[:] = [answer]


@transaction.atomic
def open_line(*, number: str, url: str, new_secret: bool = False, at: datetime) -> TextLine:
    """Let this tenant text from `number` by the provider at `url`; the secret stays unless asked.

    :raises Refused: "number" or "url".
    """
    try:
        number = phone_number(number)
    except ValueError as error:
        raise Refused("number", str(error), field="number") from error
    parts = urlsplit(url)
    schemes = ("https", "http") if settings.IS_LOCAL else ("https",)
    if parts.scheme not in schemes or not parts.hostname:
        raise Refused(
            "url", "The provider's address starts with https:// and names a host.", field="url"
        )
    known = TextLine.objects.select_for_update().first()
    salt = secrets.token_hex(16) if known is None or new_secret else known.salt
    line, _ = TextLine.objects.update_or_create(
        pk=1, defaults={"number": number, "url": url, "salt": salt, "opened_at": at}
    )
    return line


@transaction.atomic
def close_line() -> bool:
    """Let this tenant text no more; returns whether it did."""
    return bool(TextLine.objects.all().delete()[0])


@transaction.atomic
def receive(came: Inbound, *, at: datetime) -> bool:
    """Take in a text, act on it and answer; False if it was taken in before. All of it or nothing.

    The phone is locked until the transaction ends, so that its texts follow one another.
    """
    phone = locked(came.phone)
    text, is_new = TextMessage.objects.get_or_create(
        key=f"in:{came.id}",
        defaults={
            "phone": phone,
            "event": "text.received",
            "words": came.words,
            "state": TextMessage.State.RECEIVED,
            "created_at": at,
        },
    )
    if not is_new:
        return False
    lately = phone.texts.filter(
        state=TextMessage.State.RECEIVED, created_at__gt=at - timedelta(minutes=1)
    )
    if not _answer or lately.count() > MOST_A_MINUTE:
        return True
    was_stopped = phone.stopped_at is not None
    words = _answer[0](phone, came.words, at)
    if words:
        stops = phone.stopped_at is not None and not was_stopped
        event = CONFIRMED if stops else "text.answered"
        _say(phone, event=event, key=f"answer:{text.pk}", words=words, at=at)
    return True


@transaction.atomic
def send_once(
    *, event: str, key: str, number: str, words: Text, at: datetime
) -> TextMessage | None:
    """Write a text to a phone, in its language, and promise its delivery; the same `key` is said once.

    None if the phone opted out, or nobody carries texts here. The phone is not locked: who calls
    this may hold what the phone's own next text waits for.
    """
    phone, _ = Phone.objects.get_or_create(number=number)
    with spoken_to(phone.language):
        return _say(phone, event=event, key=key, words=str(said(words)), at=at)


@transaction.atomic
def stop(phone: Phone, *, at: datetime) -> bool:
    """Send a locked phone nothing from now on; False if it was so already."""
    if phone.stopped_at is not None:
        return False
    phone.stopped_at = at
    phone.save(update_fields=["stopped_at"])
    return True


@transaction.atomic
def start(phone: Phone) -> None:
    """Send a locked phone texts again."""
    phone.stopped_at = None
    phone.save(update_fields=["stopped_at"])


@transaction.atomic
def speak(phone: Phone, language: str) -> None:
    """Note which language a locked phone uses."""
    phone.language = language
    phone.save(update_fields=["language"])


@transaction.atomic
def forget(*, before: datetime, limit: int) -> tuple[int, int]:
    """Remove texts from before an instant, and phones that have none any more; returns how many of
    each. What waits to be sent stays, and so does the number of a phone that opted out."""
    old = TextMessage.objects.filter(created_at__lt=before)
    old = old.exclude(state=TextMessage.State.WAITING).order_by("pk")
    texts = TextMessage.objects.filter(pk__in=list(old.values_list("pk", flat=True)[:limit]))
    gone = texts.delete()[0]
    idle = Phone.objects.select_for_update(skip_locked=True, of=("self",)).filter(
        ~Exists(TextMessage.objects.filter(phone=OuterRef("pk"))), stopped_at__isnull=True
    )
    phones = list(idle.order_by("pk").values_list("pk", flat=True)[:limit])
    Phone.objects.filter(pk__in=phones).delete()
    return gone, len(phones)


def deliver(text_id: int, *, at: datetime) -> None:
    """Send a waiting text; one that was sent, kept or refused is left alone, and so is a phone that
    opted out meanwhile.

    :raises OSError: if the provider is away; try again later.
    """
    with transaction.atomic():
        rows = TextMessage.objects.select_for_update(of=("self",)).select_related("phone")
        text = rows.filter(pk=text_id).first()
        if text is None or text.state != TextMessage.State.WAITING:
            return None
        carrier = provider()
        if text.phone.stopped_at is not None and text.event != CONFIRMED:
            return _set(text, TextMessage.State.STOPPED)
        if carrier is None:
            return _set(text, TextMessage.State.FAILED, error="Nobody carries texts here.")
        if carrier.keeps:
            return _set(text, TextMessage.State.KEPT)
        TextMessage.objects.filter(pk=text.pk).update(attempts=F("attempts") + 1)
    try:
        carrier.send(
            reference=str(text.reference), phone=text.phone.number, words=text.words, at=at
        )
    except Rejected as refusal:
        _set(text, TextMessage.State.FAILED, error=str(refusal))
    except OSError as error:
        _set(text, TextMessage.State.WAITING, error=f"{type(error).__name__}: {error}"[:1_000])
        raise
    else:
        _set(text, TextMessage.State.SENT, at=at)


def locked(number: str) -> Phone:
    """Return a phone, locked until the transaction ends; part of other acts."""
    # Without the key: texts may meanwhile be written that point at it.
    phones = Phone.objects.select_for_update(no_key=True).filter(number=number)
    while (phone := phones.all().first()) is None:
        Phone.objects.get_or_create(number=number)  # It is new, or was forgotten just now.
    return phone


def _say(phone: Phone, *, event: str, key: str, words: str, at: datetime) -> TextMessage | None:
    if provider() is None or (phone.stopped_at is not None and event != CONFIRMED):
        return None
    text, is_new = TextMessage.objects.get_or_create(
        key=key, defaults={"phone": phone, "event": event, "words": words, "created_at": at}
    )
    if is_new:
        later("messaging.deliver_text", text=text.pk)
    return text


def _set(text: TextMessage, state: str, *, error: str = "", at: datetime | None = None) -> None:
    TextMessage.objects.filter(pk=text.pk).update(state=state, last_error=error, sent_at=at)
