"""Texts as the office sees them: the line, what may be texted, and what was."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, Q, QuerySet

from parkops.messaging.models import Phone, TextLine, TextMessage
from parkops.messaging.texts.providers import provider
from parkops.programme import queries as programme
from permits.rules.texting import KEYWORDS

State = TextMessage.State
VIEWS = {"all": "All", "in": "Received", "out": "Sent", "failed": "Not delivered"}
IN_VIEW = {
    "all": Q(),
    "in": Q(state=State.RECEIVED),
    "out": ~Q(state=State.RECEIVED),
    "failed": Q(state__in=[State.FAILED, State.STOPPED]),
}
TONES = {
    State.RECEIVED: "info",
    State.WAITING: "warn",
    State.SENT: "good",
    State.KEPT: "",
    State.FAILED: "bad",
    State.STOPPED: "",
}
ACTS = {
    "park": "Asks for a session: the zone, the plate and how long follow",
    "extend": "Makes the session longer by the minutes that follow",
    "end": "Ends the session, or gives up what is not paid",
    "stop": "No more texts: one confirmation, then silence",
    "start": "Texts again",
    "help": "Says how it works; so does anything that is not understood",
}
LANGUAGES = {"": "Any", "en": "English", "fr": "French", "es": "Spanish"}
LATELY = timedelta(days=30)
HEAD = ("When", "Direction", "State", "Phone", "Words", "Why not delivered")
AT_ONCE = 1_000


@dataclass(frozen=True, slots=True)
class Keyword:
    """What one act is called in texts, by language."""

    told: str
    words: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Overview:
    """Who carries texts (`line`; `is_kept`: this machine keeps them), and figures of 30 days."""

    line: TextLine | None
    is_kept: bool
    received: int
    sent: int
    failed: int
    phones: int
    opted_out: int


def overview(*, at: datetime) -> Overview:
    """Return who carries texts and what went on lately."""
    lately = TextMessage.objects.filter(created_at__gt=at - LATELY)
    sums = lately.aggregate(
        received=Count("pk", filter=IN_VIEW["in"]),
        sent=Count("pk", filter=Q(state__in=[State.SENT, State.KEPT])),
        failed=Count("pk", filter=IN_VIEW["failed"]),
    )
    phones = Phone.objects.aggregate(
        phones=Count("pk"), opted_out=Count("pk", filter=Q(stopped_at__isnull=False))
    )
    line, carrier = TextLine.objects.first(), provider()
    return Overview(line, carrier is not None and carrier.keeps, **sums, **phones)


def keywords() -> list[Keyword]:
    """Return what may be texted: each act with its words."""
    return [
        Keyword(
            told,
            tuple(
                (LANGUAGES[language], ", ".join(words))
                for language in LANGUAGES
                if (words := [word for word, said in KEYWORDS.items() if said == (act, language)])
            ),
        )
        for act, told in ACTS.items()
    ]


def counts() -> dict[str, int]:
    """Return how many texts each view has."""
    wanted = {name: Count("pk", filter=narrowed) for name, narrowed in IN_VIEW.items() if narrowed}
    return TextMessage.objects.aggregate(all=Count("pk"), **wanted)


def matching(*, text: str = "", state: str = "", view: str = "all") -> QuerySet[TextMessage]:
    """Return the texts that the list shows, newest first."""
    rows = TextMessage.objects.select_related("phone").filter(IN_VIEW.get(view, Q()))
    if state:
        rows = rows.filter(state=state)
    if text.strip():
        digits = "".join(letter for letter in text if letter.isdigit())
        wanted = Q(words__icontains=text.strip())
        rows = rows.filter(wanted | Q(phone__number__contains=digits) if digits else wanted)
    return rows.order_by("-created_at", "-pk")


def file_batches(
    found: QuerySet[TextMessage], *, at: datetime
) -> Iterator[list[tuple[object, ...]]]:
    """Yield the head, then these texts, some at once."""
    zone = programme.in_force(at).programme.tz
    yield [HEAD]
    keys = list(found.values_list("pk", flat=True))
    for start in range(0, len(keys), AT_ONCE):
        some = keys[start : start + AT_ONCE]
        rows = TextMessage.objects.select_related("phone").in_bulk(some)
        yield [
            (
                f"{row.created_at.astimezone(zone):%Y-%m-%d %H:%M}",
                "in" if row.state == State.RECEIVED else "out",
                row.get_state_display(),
                row.phone.number,
                row.words,
                row.last_error,
            )
            for row in (rows[key] for key in some if key in rows)
        ]


def with_tones(rows: Sequence[TextMessage]) -> list[tuple[TextMessage, str]]:
    """Return texts with the tone of their state."""
    return [(row, TONES[State(row.state)]) for row in rows]
