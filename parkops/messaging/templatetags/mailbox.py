"""Tells people on a machine without a mail server where their messages are."""

from django import template

from parkops.messaging import queries

register = template.Library()


@register.inclusion_tag("messaging/_hint.html")
def mailbox_hint() -> dict[str, bool]:
    """Say that this machine sends no mail, with the way to the mailbox; else nothing."""
    return {"is_kept": queries.is_mailbox_open()}
