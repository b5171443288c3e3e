"""Whether a file is a programme, what it says, and how it is written again."""

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path as FilePath
from typing import Any

import yaml
from pydantic import ValidationError

from parkops.programme import outline, references, source
from parkops.programme.faults import translate
from parkops.programme.outline import Path
from parkops.programme.schema import Programme, currency_of


@dataclass(frozen=True, slots=True, order=True)
class Fault:
    """One thing that is wrong with a file, and what would be right."""

    line: int
    path: str
    message: str

    def render(self, filename: str) -> str:
        """Return the fault as a line: `FILE:LINE: path.to.key: what is wrong, what is right`."""
        return " ".join(f"{filename}:{self.line}: {self.path}: {self.message}".split())


class Faulty(ValueError):
    """A file that is no programme; `faults` has all that is wrong, by line."""

    def __init__(self, faults: list[Fault], filename: str) -> None:
        super().__init__("\n".join(fault.render(filename) for fault in faults))
        self.faults = faults
        self.filename = filename


@dataclass(frozen=True, slots=True)
class Loaded:
    """A programme, the plain values (as JSON) it was read from, and the text of the file."""

    programme: Programme
    document: dict[str, Any]
    source: str

    @property
    def digest(self) -> str:
        """What tells two contents apart; see `digest`."""
        return digest(self.document)


def load(raw: str | bytes, filename: str = "programme.yaml") -> Loaded:
    """Return the programme that the text of a file says.

    :raises Faulty: with all its faults, if it says none.
    """
    held = source.read(raw)
    faults = [Fault(line, _dotted(path), message) for line, path, message in held.faults]
    programme = None
    if isinstance(held.document, dict):
        programme, found = _parsed(held.document)
        unread = {(fault.line, fault.path) for fault in faults}
        parsed = [Fault(held.line_of(path), _dotted(path), text) for path, text in found]
        faults += [fault for fault in parsed if (fault.line, fault.path) not in unread]
    elif not faults:
        message = "the file is not a mapping; write schema, programme and zones as keys"
        faults.append(Fault(held.line_of(()), _dotted(()), message))
    if faults or programme is None:
        raise Faulty(sorted(set(faults)), filename)
    return Loaded(programme, source.plain(held.document), held.text)


def read(path: str | FilePath) -> Loaded:
    """Return the programme that the file at `path` says.

    :raises Faulty: with all its faults, if it says none or cannot be read.
    """
    try:
        raw = FilePath(path).read_bytes()
    except OSError as error:
        message = f"the file cannot be read ({error.strerror}); name one that is there"
        raise Faulty([Fault(1, _dotted(()), message)], str(path)) from None
    return load(raw, str(path))


def load_document(document: dict[str, Any], filename: str = "programme") -> Loaded:
    """Return the programme that a document edited on screen says; faults have no line (0).

    :raises Faulty: with all its faults, if it says none.
    """
    programme, found = _parsed(document)
    if found or programme is None:
        faults = sorted({Fault(0, _dotted(path), message) for path, message in found})
        raise Faulty(faults, filename)
    return Loaded(programme, document, to_yaml(document))


def check(path: str | FilePath) -> list[Fault]:
    """Return all faults of the file at `path`, by line; none where it is a programme."""
    try:
        read(path)
    except Faulty as faulty:
        return faulty.faults
    return []


def digest(document: dict[str, Any]) -> str:
    """Return a SHA-256 of what a document says: the same for the same content in another layout."""
    text = json.dumps(document, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def to_yaml(document: dict[str, Any]) -> str:
    """Return a document as the text of a file that `load` takes back unchanged."""
    return yaml.dump(
        outline.ordered(document),
        Dumper=_Writer,
        allow_unicode=True,
        sort_keys=False,
        default_flow_style=None,
        width=110,
    )


def _parsed(document: dict[str, Any]) -> tuple[Programme | None, list[tuple[Path, str]]]:
    programme, found = None, references.faults_of(document)
    try:
        context = {"currency": currency_of(document)}
        programme = Programme.model_validate(document, context=context)
    except ValidationError as error:
        found += translate(error, document)
    return programme, found


def _dotted(path: Path) -> str:
    return ".".join(str(step) for step in path) or "(file)"


class _Writer(yaml.SafeDumper):
    """Writes dates without quotes, and no anchor."""

    def ignore_aliases(self, data: Any) -> bool:
        return True


_Writer.yaml_implicit_resolvers = {
    first: [(tag, form) for tag, form in resolvers if not tag.endswith(":timestamp")]
    for first, resolvers in yaml.SafeDumper.yaml_implicit_resolvers.items()
}
