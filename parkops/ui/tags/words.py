"""Components that stand within a line: badge, money, when, plate, icon, button, steps."""

import re
from datetime import date, datetime
from html import unescape
from typing import Any

from django.template import Library
from django.template.loader_tags import BLOCK_CONTEXT_KEY
from django.utils import translation
from django.utils.html import format_html, strip_tags
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.safestring import SafeString, mark_safe

from parkops.kernel.money import Money
from parkops.kernel.texts import say
from parkops.ui import icons, regions, words
from parkops.ui.language import languages_of
from parkops.ui.markup import filled, joined
from parkops.ui.place import Place, place_in
from parkops.ui.speech import said

register = Library()
NUMBER = re.compile(r"\b[A-Z]{1,4}-\d{4}-\d{3,}(?:-\d)?\b(?![^<]*>)")

TONES = ("", "good", "warn", "bad", "info")


def icon_html(name: str, label: str = "") -> SafeString:
    """Return the icon; with a `label` it is spoken, otherwise a word must stand beside it."""
    drawn = mark_safe(icons.svg(name))  # noqa: S308  drawn by us, not by people
    if not label:
        return drawn
    return format_html('{}<span class="visually-hidden">{}</span>', drawn, said(label))


@register.simple_tag
def icon(name: str, label: str = "") -> SafeString:
    """Draw an icon of `parkops.ui.icons`: {% icon "printer" %} Print."""
    return icon_html(name, label)


@register.simple_tag
def badge(text: Any, tone: str = "") -> SafeString:
    """Write a record's state in a word or three. `tone` is "", good, warn, bad or info."""
    if tone not in TONES:
        raise ValueError(f"{tone!r} is not a tone: {', '.join(TONES[1:])}")
    return format_html('<span class="badge"{}>{}</span>', attributes(data_tone=tone), said(text))


@register.simple_tag(takes_context=True)
def money(
    context: Any, amount: Money | int | None, tone: str = "", currency: str = "", big: bool = False
) -> SafeString:
    """Write an amount: Money, or minor units of the tenant's currency. `big` has small cents."""
    if amount is None:
        return SafeString("")
    place = place_in(context)
    if not isinstance(amount, Money):
        amount = Money(int(amount), currency or place.currency)
    if big:
        head, cents = words.money_parts(amount, place.locale)
        return format_html("{}<small>{}</small>", head, cents) if cents else format_html("{}", head)
    return money_html(amount, place, tone=tone)


def money_html(amount: Money, place: Place, *, tone: str = "") -> SafeString:
    """Return an amount as `money` writes it."""
    text = words.money_text(amount, place.locale)
    return filled('<span class="money"{}>{}</span>', attributes(data_tone=tone), text)


@register.simple_tag(takes_context=True)
def number(context: Any, value: int) -> str:
    """Write a count with its groups: 8,412."""
    return words.number_text(value, place_in(context).locale)


@register.simple_tag
def share(value: float) -> str:
    """Write a share from 0 to 1 as whole percent: 71 %."""
    return words.share_text(value)


@register.simple_tag(takes_context=True)
def when(context: Any, value: datetime | date | None, how: str = "") -> SafeString:
    """Write an instant or a day in the tenant's zone.

    `how`: "" day and time, "day", "time", "short" (no year), "weekday" (Tue 15 Oct), "month"
    (Oct 2025), or "long" (15 October 2025).
    """
    return SafeString("") if value is None else when_html(value, how, place_in(context))


def when_html(value: datetime | date, how: str, place: Place) -> SafeString:
    """Return what `when` writes."""
    return filled('<time datetime="{}">{}</time>', value.isoformat(), when_text(value, how, place))


def when_text(value: datetime | date, how: str, place: Place) -> str:
    """Return what `when` shows."""
    if not isinstance(value, datetime):
        return _day_text(value, how or "day", place.locale)
    local = value.astimezone(place.zone)
    if how == "time":
        return words.time_text(value, place.zone)
    if how in ("day", "weekday", "month"):
        return _day_text(local.date(), how, place.locale)
    if how == "short":
        return f"{_day_text(local.date(), how, place.locale)}, {words.time_text(value, place.zone)}"
    return words.instant_text(value, place.zone, place.locale, long=how == "long")


def _day_text(on: date, how: str, locale: str) -> str:
    if how == "month":
        return words.month_text(on, locale)
    return words.date_text(
        on,
        locale,
        year=how not in ("short", "weekday"),
        weekday=how == "weekday",
        long=how == "long",
    )


@register.simple_tag
def plate(text: str | None, region: str = "", size: str = "", href: str = "") -> SafeString:
    """Draw a plate: in a line, or `size` "l" in a panel, "xl" to compare with the car.

    Without `text` it is a plate that is still missing.
    """
    return plate_html(text or "", region or "", size=size, href=href)


def plate_html(text: str, region: str = "", *, size: str = "", href: str = "") -> SafeString:
    """Return a plate as an object of its own; `href` makes it a link."""
    if not text:
        return filled(
            '<span class="plate" data-missing><span class="plate__number">{}</span></span>',
            translation.gettext("no plate yet"),
        )
    european = bool(region) and regions.is_european(region)
    classes = (
        "plate" + (f" plate--{size}" if size else "") + (" plate--eu" if size and european else "")
    )
    band = regions.name(region) if size and not european else regions.short(region)
    band_html = filled('<span class="plate__region">{}</span>', band) if region else ""
    tag = "a" if href else "span"
    return filled(
        '<{} class="{}"{}>{}<span class="plate__number">{}</span></{}>',
        tag,
        classes,
        attributes(href=href),
        band_html,
        text,
        tag,
    )


@register.simple_tag
def button(
    text: str,
    href: str = "",
    kind: str = "",
    icon: str = "",
    key: str = "",
    busy: str = "",
    refused: str = "",
    wide: bool = False,
    **attrs: Any,
) -> SafeString:
    """Draw a button, or a link that looks like one if it has an `href`.

    `kind` is "", primary, danger or plain; `busy` is what it says while it works ("Taking $45.00");
    `refused` disables it, with the reason beside it; `key` shows a shortcut. Further names become
    attributes, with dashes for underscores: hx_post, popovertarget, name, value, form.
    """
    classes = "button" + (f" button--{kind}" if kind else "") + (" button--wide" if wide else "")
    mark = icon_html(icon) if icon else ""
    shortcut = format_html(" <kbd>{}</kbd>", key) if key else ""
    inner = format_html("{}{}{}", format_html("{} ", mark) if mark else "", said(text), shortcut)
    if refused:
        # A link cannot be disabled, so both are buttons that do nothing and say why.
        return format_html(
            '<span class="refused-act"><button type="button" class="{}" disabled>{}</button>'
            '<span class="refused-act__why">{}</span></span>',
            classes,
            inner,
            said(refused),
        )
    if href:
        return format_html('<a class="{}"{}>{}</a>', classes, attributes(href=href, **attrs), inner)
    extra = attributes(**({"type": "submit"} | attrs), data_busy=said(busy))
    return format_html('<button class="{}"{}>{}</button>', classes, extra, inner)


@register.simple_tag
def steps(now: int, total: int, text: str = "") -> SafeString:
    """Draw "Step 3 of 5: dates" with the bays that fill; past and future steps are not links."""
    bays = [
        " data-done" if step < now else ' aria-current="step"' if step == now else ""
        for step in range(1, total + 1)
    ]
    marks = SafeString("".join(f"<li{state}></li>" for state in bays))
    told = said(say("Step {now} of {total}", now=now, total=total))
    if text:
        told = said(say("{step}: {name}", step=told, name=said(text)))
    return format_html(
        '<div class="steps"><span>{}</span><ol aria-hidden="true">{}</ol></div>', told, marks
    )


def attributes(**attrs: Any) -> SafeString:
    """Return HTML attributes, dashes for underscores; what is empty or False is left out."""
    kept = sorted(
        (name.rstrip("_").replace("_", "-"), value)
        for name, value in attrs.items()
        if value is not False and value is not None and value != ""
    )
    if not kept:
        return SafeString("")
    with_values = joined(' {}="{}"', (pair for pair in kept if pair[1] is not True))
    return with_values + joined(" {}", ([name] for name, value in kept if value is True))


@register.filter(name="said")
def said_filter(text: Any) -> Any:
    """Return a sentence, a refusal or a word of the catalog in the reader's language."""
    return said(text)


@register.filter(is_safe=True)
def whole_numbers(html: str) -> str:
    """Return a heading whose numbers, such as R-2026-00544-7, stay whole where lines break."""
    return NUMBER.sub(r'<span class="nowrap">\g<0></span>', html)


@register.filter
def spoken_languages(tenant: Any) -> list[str]:
    """Return the languages that the tenant's pages come in."""
    return languages_of(tenant)


@register.filter
def initials(user: Any) -> str:
    """Return the first letters of a person's first and last name: PR."""
    words_of = (getattr(user, "name", "") or getattr(user, "email", "")).split()
    letters = [word[0] for word in words_of[:1] + words_of[1:][-1:]]
    return "".join(letters).upper()


@register.filter
def own_address(address: str, request: Any) -> str:
    """Return `address` if it leads to this host, and / if it leads elsewhere."""
    here = {request.get_host()}
    safe = url_has_allowed_host_and_scheme(address, here, require_https=request.is_secure())
    return address if safe else "/"


@register.simple_tag(takes_context=True)
def heading_text(context: Any) -> str:
    """Return the words of the page's `heading` block, so that title and h1 are written once."""
    blocks = context.render_context.get(BLOCK_CONTEXT_KEY)
    block = blocks.get_block("heading") if blocks else None
    if block is None:
        return ""
    with context.push():
        return " ".join(unescape(strip_tags(block.nodelist.render(context))).split())
