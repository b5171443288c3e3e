"""Whether an act is allowed and, if not, why."""

from dataclasses import dataclass


class Refused(Exception):
    """A rule said no. `str(error)` is fit to show to the person who asked.

    `reason` may be a `Text`, to be said in another language.
    `code` is a stable word for programs, `field` the dotted name of the input at fault, if one is.
    """

    def __init__(self, code: str, reason: str, *, field: str = "") -> None:
        super().__init__(reason)
        self.reason = reason
        self.code = code
        self.field = field


class NotFound(Refused):
    """What was asked for does not exist here: 404, the same answer as for another tenant's."""

    def __init__(self, reason: str, *, code: str = "not_found") -> None:
        super().__init__(code, reason)


class Conflict(Refused):
    """The present state forbids the act: 409."""


@dataclass(frozen=True, slots=True)
class Decision:
    """Whether an act is allowed and, if not, why."""

    code: str = ""
    reason: str = ""
    field: str = ""

    def __bool__(self) -> bool:
        return not self.code

    def require(self) -> None:
        """Do nothing if allowed.

        :raises Refused: with this code and reason otherwise.
        """
        if not self:
            raise Refused(self.code, self.reason, field=self.field)


ALLOWED = Decision()
