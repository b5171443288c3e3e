"""How a draft stands: what must be mended, what should be looked at, and what changes by it."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Literal

from pydantic import ValidationError

from parkops.kernel.codes import code_key
from parkops.programme import lint, parts, references
from parkops.programme.diff import Difference, differences
from parkops.programme.editing.editors import EDITORS
from parkops.programme.editing.wording import field_of
from parkops.programme.faults import translate
from parkops.programme.outline import Path
from parkops.programme.schema import Programme, currency_of

Tone = Literal["bad", "warn", ""]
WORDS: dict[Tone, str] = {"bad": "Must fix", "warn": "Look at", "": "Good to know"}


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is found: how grave, of which part (and its code), and what."""

    tone: Tone
    part: str
    code: str
    subject: str
    text: str

    @property
    def word(self) -> str:
        """How grave it is, in words."""
        return WORDS[self.tone]


@dataclass(frozen=True, slots=True)
class Checked:
    """How a document stands: its programme if it is one, what is found, what changes."""

    programme: Programme | None
    findings: tuple[Finding, ...]
    changes: tuple[Difference, ...]

    @property
    def faults(self) -> tuple[Finding, ...]:
        """What must be mended before it can be published."""
        return tuple(finding for finding in self.findings if finding.tone == "bad")

    def about(self, part: str, code: str | None) -> "Checked":
        """Return what concerns one part."""
        key = code_key(code or "")
        return Checked(
            self.programme,
            tuple(f for f in self.findings if f.part == part and code_key(f.code) == key),
            tuple(c for c in self.changes if c.part == part and code_key(c.code) == key),
        )


@dataclass(frozen=True, slots=True)
class Meant:
    """A finding that somebody said is meant: why, who, and when."""

    finding: Finding
    reason: str
    by: str
    at: datetime


def apart(
    findings: Iterable[Finding], meant: Sequence[Mapping[str, str]]
) -> tuple[list[Finding], list[Meant]]:
    """Return the findings that are to be looked at, and those that are meant.

    What must be mended is never meant.
    """
    told = {(one["part"], one["code"], one["text"]): one for one in meant}
    rest: list[Finding] = []
    kept: list[Meant] = []
    for finding in findings:
        one = told.get((finding.part, finding.code, finding.text))
        if one is None or finding.tone == "bad":
            rest.append(finding)
        else:
            at = datetime.fromisoformat(one["at"])
            kept.append(Meant(finding, one["reason"], one["by"], at))
    return rest, kept


def check(document: dict[str, Any], *, before: Programme, today: date) -> Checked:
    """Return how a document stands on `today` (local), against the programme `before`."""
    found = _faults(document)
    programme = None
    try:
        programme = Programme.model_validate(document, context={"currency": currency_of(document)})
    except ValidationError as error:
        found += [_fault(document, path, text) for path, text in translate(error, document)]
    changes = tuple(differences(before, programme)) if programme is not None else ()
    if programme is None or found:
        return Checked(programme, tuple(dict.fromkeys(found)), changes)
    lines = lint.findings(programme, today=today)
    return Checked(programme, tuple(finding_of(line) for line in lines), changes)


_SUBJECT = re.compile(
    r"(?P<kind>zone|audience|permit type|violation|event|calendar) (?P<code>[\w-]+): (?P<text>.*)",
    re.DOTALL,
)
_PARTS = {
    "zone": "zones",
    "audience": "audiences",
    "permit type": "permit_types",
    "violation": "violations",
    "event": "events",
    "calendar": "calendars",
}


def finding_of(line: str) -> Finding:
    """Return a line of lint as a finding: of which part, and what."""
    form = _SUBJECT.match(line)
    if form is None:
        subject, _, text = line.partition(": ")
        if subject.startswith("shared."):
            kind, _, number = subject.removeprefix("shared.").partition(".")
            named = f"Shared {kind.removesuffix('s')} {int(number) + 1}"
            return Finding("warn", "shared", "", named, _sentence(text))
        rate = subject.removeprefix("sessions.rates.")
        named = f"Rate {int(rate) + 1}" if rate.isdigit() else subject
        return Finding("warn", "sessions", "", named, _sentence(text))
    part = _PARTS[form["kind"]]
    code = "" if part == "events" else form["code"]
    subject = f"{form['kind'].capitalize()} {form['code']}"
    return Finding("warn", part, code, subject, _sentence(form["text"]))


def _faults(document: dict[str, Any]) -> list[Finding]:
    return [_fault(document, path, text) for path, text in references.faults_of(document)]


def _fault(document: dict[str, Any], path: Path, text: str) -> Finding:
    part = str(path[0]) if path else "programme"
    code, rest = "", path[1:]
    if part in parts.LISTS and len(path) > 1:
        held = document[part][path[1]] if isinstance(path[1], int) else None
        code = str(held.get("code", "")) if isinstance(held, dict) else ""
        rest = path[2:]
    elif part in parts.MAPPINGS and len(path) > 1:
        code, rest = str(path[1]), path[2:]
    name = parts.NAMES.get(part, part)
    subject = f"{name[:1].upper()}{name[1:]} {code}".strip()
    where = field_of(part, rest) if part in EDITORS else ""
    return Finding("bad", part, code, subject, _sentence(f"{where}: {text}" if where else text))


def _sentence(text: str) -> str:
    text = text.strip()
    return f"{text[:1].upper()}{text[1:]}{'' if text.endswith(('.', '?')) else '.'}"
