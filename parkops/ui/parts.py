"""Parts of a page as HTML: what says the same is drawn once for all who look."""

import hashlib
from collections.abc import Sequence
from typing import Any

from django.core.cache import cache
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils.safestring import SafeString, mark_safe

KEPT_SECONDS = 60


def drawn_once(request: HttpRequest, parts: Sequence[tuple[str, Any]]) -> list[SafeString]:
    """Return parts as HTML: each a template, and what it draws as `part`, which must tell itself whole in
    its `repr` as dataclasses do, the person included where it speaks of them.

    Whoever is to see the same gets what was drawn, within a minute, for somebody else of the tenant.
    """
    keys = [f"ui:part:{_digest(template, part)}" for template, part in parts]
    html: dict[str, str] = cache.get_many(keys)
    new = {
        key: render_to_string(template, {"part": part}, request)
        for key, (template, part) in zip(keys, parts, strict=True)
        if key not in html
    }
    if new:
        cache.set_many(new, KEPT_SECONDS)
    return [mark_safe(html[key] if key in html else new[key]) for key in keys]  # noqa: S308


def _digest(template: str, part: Any) -> str:
    return hashlib.sha256(f"{template} {part!r}".encode()).hexdigest()
