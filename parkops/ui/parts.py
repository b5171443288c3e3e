"""Parts of a page as HTML: what says the same is drawn once for all who look."""

import hashlib
from collections.abc import Sequence
from typing import Any

from django.core.cache import caches
from django.http import HttpRequest
from django.template.loader import get_template
from django.utils.safestring import SafeString, mark_safe

KEPT_SECONDS = 60


def drawn_once(request: HttpRequest, parts: Sequence[tuple[str, Any]]) -> list[SafeString]:
    """Return parts as HTML: each a template, and what it draws as `part`, which must tell itself whole in
    its `repr` as dataclasses do, the person included where it speaks of them.

    Whoever is to see the same gets what this process drew, within a minute, for somebody else of the tenant.
    """
    near, html = caches["near"], []
    for template, part in parts:
        key = f"ui:part:{_digest(template, part)}"
        known = near.get(key)
        if known is None:
            known = _drawn(template, part, request)
            near.set(key, known, KEPT_SECONDS)
        html.append(mark_safe(known))  # noqa: S308  our own template drew it
    return html


def swapped_in(anchor: str, html: SafeString) -> SafeString:
    """Return a part whose outermost element is `anchor` so that it takes the place of the one on the page."""
    name = f'id="{anchor}"'
    return mark_safe(html.replace(name, f'{name} hx-swap-oob="true"', 1))  # noqa: S308


def _drawn(template: str, part: Any, request: HttpRequest) -> str:
    """Of the request a part knows the tenant alone, by which times and amounts are written."""
    return get_template(template).render({"part": part, "tenant": request.tenant})


def _digest(template: str, part: Any) -> str:
    return hashlib.sha256(f"{template} {part!r}".encode()).hexdigest()
