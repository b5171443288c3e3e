"""How the API says no: `application/problem+json` (RFC 9457), with a stable code and no stack."""

import json
import logging
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http import HTTPStatus
from typing import Any

from django.core.exceptions import ObjectDoesNotExist, PermissionDenied, RequestDataTooBig
from django.db import DataError, OperationalError
from django.http import Http404, HttpRequest, HttpResponse
from ninja import NinjaAPI
from ninja.errors import AuthenticationError, HttpError, ValidationError

from parkops.kernel.decisions import Conflict, NotFound, Refused

logger = logging.getLogger(__name__)

_WORDS = {"missing": "This is required.", "extra_forbidden": "There is no such field."}


class Problem(Exception):
    """A request that is answered with a problem. `errors` are field and message, for 422."""

    def __init__(
        self,
        status: int,
        code: str,
        detail: str,
        *,
        errors: list[dict[str, str]] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(detail)
        self.status = status
        self.code = code
        self.detail = detail
        self.errors = errors or []
        self.headers = dict(headers or {})

    def response(self) -> HttpResponse:
        """Return the answer that says this."""
        title = HTTPStatus(self.status).phrase
        body: dict[str, Any] = {
            "type": f"urn:parkops:problem:{self.code}",
            "title": title,
            "status": self.status,
            "detail": self.detail,
            "code": self.code,
        }
        if self.status == 422:
            body["errors"] = self.errors
        return HttpResponse(
            json.dumps(body, ensure_ascii=False),
            status=self.status,
            content_type="application/problem+json",
            headers={"Cache-Control": "no-store", **self.headers},
        )


@contextmanager
def statuses(by_code: Mapping[str, int]) -> Iterator[None]:
    """Answer refusals with one of these codes by its status, instead of 422 (or 409, 404)."""
    try:
        yield
    except Refused as refusal:
        status = by_code.get(refusal.code)
        if status is None:
            raise
        raise Problem(status, refusal.code, str(refusal), errors=_errors(refusal)) from refusal


def of_refusal(refusal: Refused) -> Problem:
    """Return the problem that a refusal is: 404, 409 or 422."""
    status = 404 if isinstance(refusal, NotFound) else 409 if isinstance(refusal, Conflict) else 422
    return Problem(status, refusal.code, str(refusal), errors=_errors(refusal))


def not_found() -> Problem:
    """Return the problem of a path or a record that is not there."""
    return Problem(404, "not_found", "There is nothing at this address.")


def install(api: NinjaAPI) -> None:
    """Let `api` answer every error as a problem."""

    def on(kind: type[Exception], make: Any) -> None:
        api.add_exception_handler(kind, lambda request, error: make(error).response())

    on(Problem, lambda error: error)
    on(Refused, of_refusal)
    on(Conflict, of_refusal)
    on(NotFound, of_refusal)
    on(ValidationError, _of_validation)
    on(AuthenticationError, lambda _: no_token())
    on(HttpError, _of_http)
    on(Http404, lambda _: not_found())
    on(ObjectDoesNotExist, lambda _: not_found())
    on(PermissionDenied, lambda error: Problem(403, "forbidden", str(error) or "Not allowed."))
    on(RequestDataTooBig, lambda _: Problem(413, "too_large", "The body is too large."))
    on(DataError, _of_data)
    on(OperationalError, _of_database)
    api.add_exception_handler(Exception, _fault)


def no_token() -> Problem:
    """Return the problem of a request without a token that holds here."""
    return Problem(
        401,
        "unauthorized",
        "Send a token of this tenant as Authorization: Bearer TOKEN. It may have expired.",
        headers={"WWW-Authenticate": "Bearer"},
    )


def _errors(refusal: Refused) -> list[dict[str, str]]:
    return [{"field": refusal.field, "message": str(refusal)}] if refusal.field else []


def _of_validation(error: ValidationError) -> Problem:
    errors = [_field_error(found) for found in error.errors]
    named = ", ".join(sorted({found["field"] for found in errors if found["field"]}))
    detail = f"Look at {named}." if named else "The request says something that cannot be used."
    return Problem(422, "validation", detail, errors=errors)


def _field_error(found: dict[str, Any]) -> dict[str, str]:
    # ("body", "payload", "vehicles", 0, "plate"): place and the handler's argument come off.
    where = [str(part) for part in found.get("loc", ())]
    keep = where[2:] if where[:1] in (["body"], ["file"]) and len(where) > 2 else where[1:]
    message = _WORDS.get(found.get("type", ""), str(found.get("msg", "")))
    return {"field": ".".join(keep), "message": message.removeprefix("Value error, ")}


def _of_http(error: HttpError) -> Problem:
    if isinstance(error.__context__, Problem):
        return error.__context__  # what the parser found, which ninja answers with its own words
    if error.status_code == 400:
        return Problem(400, "malformed", "The body is not JSON that can be read.")
    code = HTTPStatus(error.status_code).name.lower()
    return Problem(error.status_code, code, str(error))


def _of_data(error: DataError) -> Problem:
    logger.warning("A value did not fit its column: %s", type(error.__cause__).__name__)
    return Problem(422, "out_of_range", "A value is larger than can be stored.")


def _of_database(error: OperationalError) -> Problem:
    logger.error("The database did not answer: %s", error)
    return Problem(503, "busy", "Try again in a moment.", headers={"Retry-After": "1"})


def _fault(request: HttpRequest, error: Exception | type[Exception]) -> HttpResponse:
    logger.error("%s %s failed", request.method, request.path, exc_info=True)
    return Problem(500, "fault", "Something broke on our side. Nothing was changed.").response()
