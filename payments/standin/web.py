"""A request and an answer, the little of WSGI that the stand-in uses."""

import json
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any
from urllib.parse import urlsplit

from payments.standin import forms
from payments.standin.errors import ApiError

MOST_BYTES = 1_000_000


@dataclass(frozen=True, slots=True)
class Request:
    """What was asked. `params` holds the query of a GET and the form of a POST."""

    method: str
    path: str
    body: bytes
    params: dict[str, Any]
    headers: dict[str, str]
    base_url: str

    @classmethod
    def read(cls, environ: dict[str, Any], public_url: str) -> "Request":
        """Read a WSGI environment.

        :raises ApiError: 413 for a body of more than a megabyte.
        """
        length = int(environ.get("CONTENT_LENGTH") or 0)
        if length > MOST_BYTES:
            raise ApiError(413, "The request is too large.")
        body = environ["wsgi.input"].read(length) if length else b""
        host = environ.get("HTTP_HOST") or "127.0.0.1"
        headers = {
            name[5:].replace("_", "-").lower(): value
            for name, value in environ.items()
            if name.startswith("HTTP_")
        }
        method = environ["REQUEST_METHOD"].upper()
        query = environ.get("QUERY_STRING", "")
        form = body.decode("utf-8", "replace") if method == "POST" else ""
        return cls(
            method=method,
            path=environ.get("PATH_INFO", "/"),
            body=body + query.encode(),
            params=forms.decode("&".join(filter(None, (query, form)))),
            headers=headers,
            base_url=public_url or f"{environ.get('wsgi.url_scheme', 'http')}://{host}",
        )

    def from_elsewhere(self) -> bool:
        """Tell whether another website's page sent this form."""
        origin = self.headers.get("origin", "")
        if origin in ("", "null"):
            return self.headers.get("sec-fetch-site", "same-origin") == "cross-site"
        return urlsplit(origin).netloc != self.headers.get("host")


@dataclass(slots=True)
class Answer:
    """What is answered."""

    status: int
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)

    @property
    def line(self) -> str:
        """The status line of WSGI."""
        return f"{self.status} {HTTPStatus(self.status).phrase}"


def json_answer(status: int, body: Any) -> Answer:
    """Answer a JSON document, given as it is or as its text."""
    text = body if isinstance(body, str) else json.dumps(body, indent=2)
    return Answer(status, text.encode(), {"Content-Type": "application/json"})


def see_other(url: str) -> Answer:
    """Send the browser to another address, to be read with GET."""
    return Answer(303, b"", {"Location": url})
