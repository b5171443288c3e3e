"""What the programme file says of appeals as a whole: grounds, reasons with their words, and when
they should be decided. What a violation says of them is `violation_schema.Appeal`."""

import re
from typing import Literal

from pydantic import model_validator

from parkops.kernel.codes import code_key
from parkops.programme.fields import Code, Days, Part, Text, wrong

OTHER = "other"
WORDS = ("name", "number", "citation", "violation", "zone", "plate", "amount", "fine")
"""What stands in braces in the words of a reason, and is filled in."""
_BRACES = re.compile(r"\{([^{}]*)\}")

Need = Literal["picture", "document", "text"]


class Ground(Part):
    """Why somebody appeals. `needs` is what has to come with it (words always do), `asks` says so in
    the tenant's words; `denied` decides it at once, by these words, for what the rules never accept."""

    code: Code
    name: Text
    needs: tuple[Need, ...] = ()
    asks: Text | None = None
    denied: Text | None = None


class Reason(Part):
    """Why an appeal is decided as it is: for which outcomes, and the words to start from."""

    code: Code
    name: Text
    outcomes: tuple[Literal["upheld", "reduced", "dismissed"], ...] = ()
    text: Text | None = None

    @model_validator(mode="after")
    def _fills_what_is_known(self) -> "Reason":
        for word in _BRACES.findall(self.text or ""):
            if word not in WORDS:
                known = ", ".join(f"{{{one}}}" for one in WORDS)
                wrong(f"{{{word}}} is not filled in; write one of {known}", "text")
        return self


class Appeals(Part):
    """Grounds and reasons of appeals (left out: the usual ones), and within how many days of its
    filing an appeal should be decided."""

    grounds: tuple[Ground, ...] = ()
    reasons: tuple[Reason, ...] = ()
    decide_within: Days = 14
    days: Literal["calendar", "business"] = "calendar"

    @model_validator(mode="after")
    def _each_code_once(self) -> "Appeals":
        grounds = [one.code for one in self.grounds]
        for part, codes in (("grounds", grounds), ("reasons", [one.code for one in self.reasons])):
            seen: set[str] = set()
            for at, code in enumerate(codes):
                if code_key(code) in seen:
                    wrong(f"there are two with code {code}; write each once", part, at, "code")
                seen.add(code_key(code))
        return self
