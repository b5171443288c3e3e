"""The errors that Stripe answers with, in its own shape."""

from typing import Any


class ApiError(Exception):
    """A refusal to be answered as `{"error": {...}}` with this HTTP status."""

    def __init__(
        self,
        status: int,
        message: str,
        *,
        code: str = "",
        param: str = "",
        kind: str = "invalid_request_error",
        **more: Any,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.body: dict[str, Any] = {"type": kind, "message": message, **more}
        if code:
            self.body["code"] = code
        if param:
            self.body["param"] = param


def missing(kind: str, object_id: str, *, param: str = "id") -> ApiError:
    """Say that this account has no such object."""
    return ApiError(404, f"No such {kind}: '{object_id}'", code="resource_missing", param=param)


def bad(message: str, param: str, *, code: str = "") -> ApiError:
    """Say that a parameter cannot be used."""
    return ApiError(400, message, param=param, code=code)


def required(param: str) -> ApiError:
    """Say that a parameter is lacking."""
    return bad(f"Missing required param: {param}.", param, code="parameter_missing")
