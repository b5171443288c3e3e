"""What was answered on the pages before is found again, whatever those pages ask by now."""

from dataclasses import dataclass, field
from types import SimpleNamespace

import pytest

from permits.views.posted import answered, keep_answers


@dataclass(slots=True)
class Answers:
    zone: str = ""
    plates: list[str] = field(default_factory=list)


def test_what_is_kept_is_found():
    request = SimpleNamespace(session={})
    assert answered(request, "k", Answers) == Answers()
    keep_answers(request, "k", Answers("METER", ["A 1"]))
    assert answered(request, "k", Answers) == Answers("METER", ["A 1"])


@pytest.mark.parametrize(
    ("kept", "found"),
    [
        ({"zone": "METER", "colour": "red"}, Answers("METER")),
        ({"plates": ["A 1"]}, Answers("", ["A 1"])),
        (["METER"], Answers()),
        (None, Answers()),
    ],
)
def test_what_another_release_kept_is_no_fault(kept, found):
    assert answered(SimpleNamespace(session={"k": kept}), "k", Answers) == found
