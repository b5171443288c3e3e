"""The officer's app itself: its page, the worker that keeps it on the phone, and what a home screen is told."""

import hashlib
import json
import re

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.template.loader import render_to_string
from django.templatetags.static import static
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from enforcement.forms import ChalkForm, PlateForm
from enforcement.queries.words import VERDICTS
from parkops.kernel.permissions import Permission
from parkops.ui.access import may
from parkops.ui.brand import brand_of
from parkops.ui.pages import page

TEMPLATE = "enforcement/field/app.html"
SHARED = (
    "define focus parkops pictures plates po-busy po-countdown po-dialog po-failed po-keypad po-live"
    " po-news po-photo po-plate-input po-position po-search po-select po-share po-tabs po-toast"
)
OWN = (
    "answer app beacon chalk cite clock copy db dom elsewhere install mates net officer photos places plate"
    " queue record reopened scan screen-check screen-record screen-records screen-verdict screen-zones send"
    " shift shown speak spoken state stay verdict voice where"
)
MODULES = (
    *(f"js/{name}.js" for name in SHARED.split()),
    *(f"js/field/{name}.js" for name in OWN.split()),
)
"""Every module that the page loads, one after the other: the worker keeps them all."""
_FILE = re.compile(r'(?:href|src)="(/static/[^"]+)"')


@may(Permission.PLATE_CHECK)
@require_safe
def app(request: HttpRequest) -> HttpResponse:
    """Give the app's page. It is the same for every officer: who they are, it asks for itself."""
    return page(request, TEMPLATE, _context())


@may(Permission.PLATE_CHECK)
@never_cache
@require_safe
def worker(request: HttpRequest) -> HttpResponse:
    """Give the worker that keeps the app's page and its files on the phone; another version of any of
    them is another worker."""
    text = render_to_string(TEMPLATE, _context(), request)
    files = [static("js/field/worker.js"), *dict.fromkeys(_FILE.findall(text))]
    version = hashlib.sha256(re.sub(r'nonce="[^"]*"', "", text).encode()).hexdigest()[:16]
    shell = {"version": version, "page": reverse("field_app:app"), "files": files}
    script = f"const SHELL = {json.dumps(shell)};\nimportScripts({json.dumps(files[0])});\n"
    return HttpResponse(script, content_type="text/javascript; charset=utf-8")


@may(Permission.PLATE_CHECK)
@require_safe
def manifest(request: HttpRequest) -> JsonResponse:
    """Tell a home screen what the app is called and how it looks."""
    icons = [("field-192", "192x192", "any"), ("field-512", "512x512", "any")]
    icons.append(("field-mask-512", "512x512", "maskable"))
    return JsonResponse(
        {
            "name": f"{request.tenant.name}: officer's app",
            "short_name": "Field",
            "id": reverse("field_app:app"),
            "start_url": reverse("field_app:app"),
            "scope": reverse("field:home"),
            "display": "standalone",
            "orientation": "portrait",
            "background_color": "#ffffff",
            "theme_color": brand_of(request.tenant).brand,
            "icons": [
                {
                    "src": static(f"img/{name}.png"),
                    "sizes": sizes,
                    "type": "image/png",
                    "purpose": purpose,
                }
                for name, sizes, purpose in icons
            ],
        },
        content_type="application/manifest+json",
    )


def _context() -> dict[str, object]:
    words = {str(verdict): {"text": w.text, "tone": w.tone} for verdict, w in VERDICTS.items()}
    return {
        "form": PlateForm(),
        "chalking": ChalkForm(),
        "modules": MODULES,
        "words": json.dumps(words),
    }
