"""Which language a page, a message or a paper is in.

The tenant's program says which languages it speaks; of those the visitor's own choice (a cookie)
counts first, then the browser's list, then the tenant's first. The office, the field and the API
are in English.
"""

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

from django.conf import settings
from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.utils import translation
from django.utils.cache import patch_vary_headers
from django.utils.translation import trans_real

ENGLISH = "en"
IN_ENGLISH = ("/office/", "/field/", "/api/")


def languages_of(tenant: Any) -> list[str]:
    """Return the languages that the tenant's pages come in, the tenant's first; English at least."""
    own = [tag.split("-")[0].lower() for tag in getattr(tenant, "languages", None) or []]
    known = {code for code, _ in settings.LANGUAGES}
    spoken = [code for code in dict.fromkeys(own) if code in known]
    return spoken or [ENGLISH]


def chosen_for(request: HttpRequest) -> str:
    """Return the language of this request's answer."""
    if request.path_info.startswith(IN_ENGLISH):
        return ENGLISH
    spoken = languages_of(getattr(request, "tenant", None))
    wanted = [request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME, "")]
    accepted = trans_real.parse_accept_lang_header(request.headers.get("Accept-Language", ""))
    wanted += [tag for tag, share in accepted if share]
    for tag in wanted:
        code = tag.split("-")[0].lower()
        if code in spoken:
            return code
    return spoken[0]


def spoken_to(language: str = "") -> AbstractContextManager[None]:
    """Speak to somebody whose language is known, or the tenant's first, until the block ends."""
    spoken = languages_of(getattr(connection, "tenant", None))
    code = language.split("-")[0].lower()
    return translation.override(code if code in spoken else spoken[0])


class LanguageMiddleware:
    """Activates the request's language, and tells caches and readers which it was."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        language = chosen_for(request)
        translation.activate(language)
        request.LANGUAGE_CODE = language
        response = self.get_response(request)
        response.headers.setdefault("Content-Language", language)
        if not request.path_info.startswith(IN_ENGLISH):
            patch_vary_headers(response, ["Accept-Language", "Cookie"])
        return response
