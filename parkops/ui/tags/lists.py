"""Components that show rows: stat, because, timeline, pages, tabs, heads, to do, messages."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from itertools import groupby
from typing import Any

from django.core.paginator import Page
from django.template import Library
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

from parkops.kernel.money import Money
from parkops.kernel.texts import say
from parkops.ui.markup import filled, joined
from parkops.ui.place import Place, place_in
from parkops.ui.speech import said
from parkops.ui.tags.words import attributes, money_html, plate_html, when_html, when_text
from parkops.ui.values import Event, Reason, Tab, Todo

register = Library()


def _shared(context: Any, **more: Any) -> dict[str, Any]:
    """Return what every included component keeps of the page's context."""
    kept = {name: context[name] for name in ("request", "tenant", "place") if name in context}
    return kept | more


@register.inclusion_tag("ui/components/stat.html", takes_context=True)
def stat(
    context: Any,
    label: str,
    value: Any,
    href: str = "",
    of: Any = "",
    note: str = "",
    strong: str = "",
    tone: str = "",
    spark: Any = None,
    anchor: str = "",
    alert: str = "",
) -> dict[str, Any]:
    """One figure in a bay: a number or Money, the link to its rows, and what it is compared with.

    `note` is what it is compared with, `strong` its bold first words, `spark` a `charts.Spark`. `alert` is why
    the figure itself has the `tone`: "over 10".
    """
    return _shared(
        context,
        label=label,
        value=value,
        is_money=isinstance(value, Money),
        is_number=isinstance(value, int),
        href=href,
        of=of,
        note=note,
        strong=strong,
        tone=tone,
        spark=spark,
        id=anchor,
        alert=alert,
    )


@register.inclusion_tag("ui/components/because.html", takes_context=True)
def because(
    context: Any, lines: Iterable[Any], total: Any = None, total_text: str = "Total, tax included"
) -> dict[str, Any]:
    """The reasons in the order in which they were applied; the last line decides.

    A line is text, a `Reason`, or anything with `text` and, if it has them, `amount` and `note`.
    """
    reasons = [_reason(line) for line in lines]
    if total is not None:
        reasons.append(Reason(total_text, amount=total, is_sum=True))
    told = [replace(row, text=said(row.text), note=said(row.note)) for row in reasons]
    return _shared(context, reasons=told)


def _reason(line: Any) -> Reason:
    if isinstance(line, Reason):
        return line
    if isinstance(line, str):
        return Reason(line)
    if isinstance(line, dict):
        return Reason(line["text"], line.get("amount"), line.get("note", ""))
    return Reason(line.text, getattr(line, "amount", None), getattr(line, "note", ""))


@dataclass(frozen=True, slots=True)
class _Day:
    head: str
    events: SafeString


@register.inclusion_tag("ui/components/timeline.html", takes_context=True)
def timeline(
    context: Any, events: Iterable[Event], tight: bool = False, days: bool = True, level: int = 3
) -> dict[str, Any]:
    """What happened, newest first. `days` heads each day; `tight` is for a narrow card."""
    place = place_in(context)

    def day_of(event: Event) -> date:
        at = event.at
        return at.astimezone(place.zone).date() if hasattr(at, "astimezone") else at

    today = timezone.now().astimezone(place.zone).date()
    found = groupby(events, day_of) if days else [(None, events)]
    groups = [
        _Day(_day_head(day, today, place) if day else "", _happened(of_day, place))
        for day, of_day in found
    ]
    return _shared(context, groups=groups, tight=tight, tag=f"h{level}")


def _happened(events: Iterable[Event], place: Place) -> SafeString:
    return joined(
        "<li{}>{}<div>{}{}{}{}</div></li>",
        (
            (
                attributes(data_tone=event.tone),
                when_html(event.at, "time", place),
                filled('<a href="{}">{}</a>', event.url, said(event.text))
                if event.url
                else said(event.text),
                "" if event.amount is None else filled(", {}", money_html(event.amount, place)),
                filled(" {}", plate_html(event.plate, event.region)) if event.plate else "",
                filled("<p>{}</p>", said(event.detail)) if event.detail else "",
            )
            for event in events
        ),
    )


def _day_head(day: date, today: date, place: Place) -> str:
    written = when_text(day, "day" if day.year != today.year else "weekday", place)
    return said(say("Today, {day}", day=written)) if day == today else written


@register.inclusion_tag("ui/components/pages.html", takes_context=True)
def pages(
    context: Any, page: Page, target: str = "", name: str = "page", file: str = ""
) -> dict[str, Any]:
    """Which rows these are ("1 to 12 of 412") and the links to the others, keeping the filters.

    `target` is the region that htmx swaps; `name` is the parameter of the query; `file` is where
    all of them are to be had as CSV.
    """
    links = {
        way: _query(context, name, str(number))
        for way, number, there in (
            ("previous", page.number - 1, page.has_previous()),
            ("next", page.number + 1, page.has_next()),
        )
        if there
    }
    return _shared(
        context,
        page=page,
        first=page.start_index(),
        last=page.end_index(),
        count=page.paginator.count,
        links=links,
        target=target,
        file=file,
    )


def _query(context: Any, name: str, value: str) -> str:
    request = context.get("request")
    query = request.GET.copy() if request is not None else None
    if query is None:
        return f"?{name}={value}"
    query[name] = value
    return f"?{query.urlencode()}"


@register.simple_tag(takes_context=True)
def sort(
    context: Any, text: str, key: str, num: bool = False, default: str = "", target: str = ""
) -> SafeString:
    """A head that sorts: ?sort=key, then ?sort=-key. `default` is the list's own order."""
    request = context.get("request")
    now = (request.GET.get("sort") if request is not None else "") or default
    state, arrow = {key: ("ascending", " ↑"), f"-{key}": ("descending", " ↓")}.get(now, ("", ""))
    url = _query(context, "sort", f"-{key}" if now == key else key)
    swap = format_html(' hx-get="{}" hx-target="{}" hx-push-url="true"', url, target)
    return format_html(
        '<th scope="col"{}{}><a href="{}"{}>{}{}</a></th>',
        SafeString(' class="num"') if num else "",
        format_html(' aria-sort="{}"', state) if state else "",
        url,
        swap if target else "",
        text,
        arrow,
    )


@register.inclusion_tag("ui/components/tabs.html", takes_context=True)
def tabs(context: Any, items: Iterable[Tab], label: str = "Views") -> dict[str, Any]:
    """Saved views of a list, as links with their counts."""
    return _shared(context, items=items, label=said(label))


@register.inclusion_tag("ui/components/todo.html", takes_context=True)
def todo(context: Any, items: Iterable[Todo]) -> dict[str, Any]:
    """What waits, the oldest promise first."""
    return _shared(context, items=items)


@register.inclusion_tag("ui/components/messages.html", takes_context=True)
def told(context: Any) -> dict[str, Any]:
    """What the last act did, from Django's messages. The layouts hold it; pages need not."""
    return {"messages": context.get("messages") or []}


@register.simple_tag
def skeleton(lines: int = 3) -> SafeString:
    """The shape of what comes, for a region that is loading."""
    return format_html(
        '<div aria-hidden="true">{}</div>', SafeString('<span class="skeleton"></span>' * lines)
    )


@register.inclusion_tag("ui/components/progress.html")
def progress(done: int, total: int, text: str, anchor: str = "progress") -> dict[str, Any]:
    """How far real work is: "Building the report: 1,204 of 1,932 rows"; without a total, that it goes on."""
    share = round(100 * done / total) if total else 0
    return {"done": done, "total": total, "text": text, "id": anchor, "share": share}


@register.inclusion_tag("ui/components/live_notice.html")
def live_notice() -> dict[str, Any]:
    """Where a page with {% live %} says that its figures stand still, and why."""
    return {}
