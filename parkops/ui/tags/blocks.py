"""Components with content between their tags: card, table, stats, notice, dialog and the like."""

from typing import Any

from django.template import Library
from django.template.loader import render_to_string
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.text import slugify

from parkops.ui.place import place_in
from parkops.ui.speech import said
from parkops.ui.tags.words import TONES, attributes, icon_html

register = Library()

_NOTICE_ICONS = {"good": "check", "warn": "triangle-alert", "bad": "triangle-alert", "info": "info"}


@register.simple_block_tag
def card(
    content: str,
    title: str,
    sub: str = "",
    link: str = "",
    link_text: str = "",
    foot: str = "",
    flush: bool = False,
    anchor: str = "",
    level: int = 2,
) -> SafeString:
    """A titled panel that answers one question. `flush` leaves out the padding, for a table."""
    head = anchor or f"h-{slugify(title)}"
    return render_to_string(
        "ui/components/card.html",
        {
            "content": content,
            "title": said(title),
            "sub": said(sub),
            "link": link,
            "link_text": said(link_text),
            "foot": said(foot),
            "flush": flush,
            "head": head,
            "tag": f"h{level}",
        },
    )


@register.simple_block_tag
def stats(content: str, label: str = "Key figures") -> SafeString:
    """Three to five `stat`s in painted bays."""
    return format_html('<section class="stats" aria-label="{}">{}</section>', said(label), content)


@register.simple_block_tag
def table(
    content: str, label: str, fold: bool = False, scroll: bool = False, css: str = ""
) -> SafeString:
    """A table with its name for screen readers. `fold` makes each row a block on a phone;
    `scroll` lets a wide one scroll in a region that the keyboard reaches."""
    classes = " ".join(filter(None, ["table", "table--fold" if fold else "", css]))
    drawn = format_html(
        '<table class="{}"><caption class="visually-hidden">{}</caption>{}</table>',
        classes,
        said(label),
        content,
    )
    if not scroll:
        return drawn
    return format_html(
        '<div class="scroll" role="region" aria-label="{}" tabindex="0">{}</div>',
        said(label),
        drawn,
    )


@register.simple_block_tag
def filters(
    content: str,
    url: str = "",
    target: str = "#results",
    clear: str = "",
    submit: str = "Show",
    label: str = "Filter",
) -> SafeString:
    """A GET form of `field`s above a list; with htmx it swaps `target` as soon as it changes."""
    return render_to_string(
        "ui/components/filters.html",
        {
            "content": content,
            "url": url,
            "target": target,
            "clear": clear,
            "submit": said(submit),
            "label": said(label),
        },
    )


@register.simple_block_tag
def notice(
    content: str,
    title: str = "",
    tone: str = "info",
    link: str = "",
    link_text: str = "",
    live: str = "",
    anchor: str = "",
) -> SafeString:
    """Something that is true until it is not; `title` is its bold first words.

    `live` is "", status (told when it appears) or alert (told at once).
    """
    if tone not in TONES:
        raise ValueError(f"{tone!r} is not a tone")
    return format_html(
        '<div class="notice"{}>{}<p>{}{}</p>{}</div>',
        attributes(id=anchor, data_tone=tone, role=live),
        icon_html(_NOTICE_ICONS.get(tone, "info")),
        format_html("<b>{}</b> ", said(title)) if title else "",
        content,
        format_html('<a class="button" href="{}">{}</a>', link, said(link_text)) if link else "",
    )


@register.simple_block_tag
def emptybay(
    content: str, title: str, link: str = "", link_text: str = "", level: int = 2
) -> SafeString:
    """An empty list: what comes here, when the last one did, and the one act that puts it here."""
    return format_html(
        '<div class="empty"><{0}>{1}</{0}><p>{2}</p>{3}</div>',
        SafeString(f"h{level}"),
        said(title),
        content,
        format_html('<a class="button" href="{}">{}</a>', link, said(link_text)) if link else "",
    )


@register.simple_block_tag(takes_context=True)
def dialog(
    context: Any,
    content: str,
    anchor: str,
    title: str,
    action: str,
    verb: str,
    keep: str = "Keep it",
    danger: bool = True,
    busy: str = "",
) -> SafeString:
    """A native dialog that asks before an act: `title` asks, `verb` says the act with its effect.

    Open it with {% opener "revoke" "Revoke…" %}. It posts `content` (fields) to `action`.
    """
    return render_to_string(
        "ui/components/dialog.html",
        {
            "content": content,
            "id": anchor,
            "title": said(title),
            "action": action,
            "verb": verb,
            "keep": said(keep),
            "kind": "danger" if danger else "primary",
            "busy": busy,
            "csrf_token": context.get("csrf_token"),
        },
    )


@register.simple_tag
def opener(anchor: str, text: str, kind: str = "danger", icon: str = "") -> SafeString:
    """The button that opens the dialog `anchor`."""
    return format_html(
        '<button class="button button--{}" type="button" commandfor="{}" command="show-modal">'
        "{}{}</button>",
        kind,
        anchor,
        icon_html(icon) + " " if icon else "",
        said(text),
    )


@register.simple_block_tag
def disclosure(content: str, summary: str, is_open: bool = False) -> SafeString:
    """What only some readers want, folded."""
    shown = SafeString(" open") if is_open else ""
    form = '<details class="disclosure"{}><summary>{}</summary>{}</details>'
    return format_html(form, shown, said(summary), content)


@register.simple_block_tag
def facts(content: str, lines: bool = False) -> SafeString:
    """A definition list of `fact`s, in two columns."""
    return format_html('<dl class="facts{}">{}</dl>', " facts--lines" if lines else "", content)


@register.simple_block_tag
def fact(content: str, label: str, num: bool = False, tone: str = "") -> SafeString:
    """One line of `facts`. `num` aligns to the right."""
    return format_html(
        "<dt>{}</dt><dd{}>{}</dd>",
        said(label),
        attributes(class_="num" if num else "", data_tone=tone),
        content,
    )


@register.simple_block_tag
def answers(content: str) -> SafeString:
    """Check your answers: `answer`s, each with its Change."""
    return format_html('<dl class="answers">{}</dl>', content)


@register.simple_block_tag
def answer(content: str, label: str, change: str = "", change_text: str = "Change") -> SafeString:
    """One answer and the link to the page that asks it again."""
    label, change_text = said(label), said(change_text)
    link = format_html(
        '<dd><a href="{}">{}<span class="visually-hidden"> {}</span></a></dd>',
        change,
        change_text,
        label.lower(),
    )
    return format_html(
        "<div><dt>{}</dt><dd><b>{}</b></dd>{}</div>", label, content, link if change else ""
    )


@register.simple_block_tag
def verdict(
    content: str,
    answer: str,
    title: str,
    sub: str = "",
    plate: str = "",
    region: str = "",
    low: bool = False,
    level: int = 1,
) -> SafeString:
    """What a plate check says, large. `answer` is good, bad or alert; `low` leaves room below."""
    if answer not in ("good", "bad", "alert"):
        raise ValueError(f"{answer!r} is not good, bad or alert")
    return render_to_string(
        "ui/components/verdict.html",
        {
            "content": content,
            "answer": answer,
            "title": said(title),
            "sub": said(sub),
            "plate": plate,
            "region": region,
            "low": low,
            "size": "l" if low else "xl",
            "tag": f"h{level}",
        },
    )


@register.simple_block_tag(takes_context=True)
def live(context: Any, content: str, url: str, version: str = "", seconds: int = 10) -> SafeString:
    """The bar that keeps a page's figures fresh: how old they are, Pause, and what happens when the
    server is away. `url` answers 204, or fragments with hx-swap-oob and a Live-Version header.
    `content` is the instant of the first numbers, as {% when %} writes it."""
    return render_to_string(
        "ui/components/live.html",
        {
            "content": content,
            "url": url,
            "version": version,
            "seconds": seconds,
            "zone": place_in(context).zone.key,
        },
    )
