"""How bodies and parameters are read: JSON that can be stored, or a problem that says why not."""

import json
import re
from typing import Any

from django.http import HttpRequest
from django.utils.datastructures import MultiValueDict
from ninja.parser import Parser

from parkops.api.problems import Problem

_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")


class StrictParser(Parser):
    """Reads JSON without NaN, and refuses text that a database cannot hold."""

    def parse_body(self, request: HttpRequest) -> Any:
        """Return the body as JSON.

        :raises Problem: 400 if it is none, 422 for text with NUL or half a character.
        """
        try:
            body = json.loads(request.body, parse_constant=_no_constant)
        except (ValueError, RecursionError) as error:
            raise Problem(400, "malformed", "The body is not JSON that can be read.") from error
        refuse_unstorable(body)
        return body

    def parse_querydict(
        self, data: MultiValueDict[str, Any], list_fields: list[str], request: HttpRequest
    ) -> dict[str, Any]:
        """Return form or query parameters by name."""
        found = super().parse_querydict(data, list_fields, request)
        refuse_unstorable(found)
        return found


def refuse_unstorable(value: Any, *, field: str = "") -> None:
    """Do nothing if all text in `value` can be stored.

    :raises Problem: 422, naming the field, otherwise.
    """
    pending = [(field, value)]
    while pending:
        name, one = pending.pop()
        if isinstance(one, str):
            if _UNSTORABLE.search(one):
                message = "Leave out the character that no text can hold."
                raise Problem(
                    422,
                    "validation",
                    f"Look at {name}.",
                    errors=[{"field": name, "message": message}],
                )
        elif isinstance(one, dict):
            pending += [(_under(name, str(key)), key) for key in one]
            pending += [(_under(name, str(key)), inner) for key, inner in one.items()]
        elif isinstance(one, list):
            pending += [(_under(name, str(place)), inner) for place, inner in enumerate(one)]


def _under(name: str, part: str) -> str:
    return f"{name}.{part}" if name else part


def _no_constant(name: str) -> float:
    raise ValueError(f"{name} is not JSON")
