"""Reading YAML so that every value keeps the line it stands on, and nothing can run or explode."""

import re
from dataclasses import dataclass, field
from typing import Any

import yaml

Path = tuple[str | int, ...]

LARGEST_BYTES = 1024 * 1024
MOST_VALUES = 250_000
DEEPEST = 40

NESTED = re.compile(rf"(?:[\[{{]\s*){{{DEEPEST + 1}}}")
"""So many brackets in a row that the reader would take seconds to give up."""
UNSTORABLE = re.compile("[\\x00-\\x08\\x0b-\\x1f\\x7f\\ud800-\\udfff]")
"""What an escape in quotes can write and no database or page can hold."""

_TAG = "tag:yaml.org,2002:"


class Number(float):
    """A number with a decimal point, and how it was written."""

    text: str


@dataclass
class Source:
    """What a file holds: plain values, the line of every path, and what is wrong with its form."""

    text: str = ""
    document: Any = None
    lines: dict[Path, int] = field(default_factory=dict)
    faults: list[tuple[int, Path, str]] = field(default_factory=list)

    def line_of(self, path: Path) -> int:
        """Return the line of `path`, or of the nearest thing around it that is there."""
        while path and path not in self.lines:
            path = path[:-1]
        return self.lines.get(path, 1)


class _TooMuch(Exception):
    """The file is empty, not text, or larger, deeper or more repetitive than any programme."""

    def __init__(self, message: str, line: int = 1) -> None:
        super().__init__(message)
        self.line = line


class _Reader(yaml.SafeLoader):
    """YAML's own syntax with fewer guesses: dates, `NO`, `1:30` and `012` stay texts."""

    yaml_implicit_resolvers: dict = {}


for _kind, _form, _first in (
    ("bool", r"(?:true|True|TRUE|false|False|FALSE)$", "tTfF"),
    ("null", r"(?:~|null|Null|NULL|)$", ["~", "n", "N", ""]),
    ("int", r"[-+]?(?:0|[1-9][0-9]{0,17})$", "-+0123456789"),
    ("float", r"[-+]?(?:[0-9]+\.[0-9]*|\.[0-9]+)(?:[eE][-+][0-9]{1,3})?$", "-+.0123456789"),
):
    _Reader.add_implicit_resolver(_TAG + _kind, re.compile(_form), list(_first))


def read(raw: bytes | str) -> Source:
    """Return what a YAML file holds; its `faults` say why it holds nothing, or what is odd."""
    source = Source()
    try:
        source.text = _decoded(raw)
        if NESTED.search(source.text):
            raise RecursionError
        node = _Reader(source.text).get_single_node()
        if node is None:
            raise _TooMuch("the file is empty; write schema, programme and zones")
        _Values(source).read(node)
    except yaml.reader.ReaderError as error:
        line = source.text[: error.position].count("\n") + 1
        source.faults.append((line, (), "there is a control character on this line; remove it"))
    except yaml.MarkedYAMLError as error:
        line, message = _syntax(error)
        source.faults.append((line, (), message))
    except RecursionError:
        source.faults.append(
            (1, (), f"the file is nested deeper than {DEEPEST} levels; nothing here is")
        )
    except _TooMuch as error:
        source.faults.append((error.line, (), str(error)))
    return source


def _decoded(raw: bytes | str) -> str:
    if len(raw) > LARGEST_BYTES:
        raise _TooMuch(f"the file is too large; write at most {LARGEST_BYTES} bytes")
    if isinstance(raw, str):
        return raw
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        raise _TooMuch("this line is not UTF-8; save the file as UTF-8", line) from None


HINTS = {
    "\\t": "indent with spaces, not tabs",
    "mapping values are not allowed": "quote a text that has a colon, or mind the indent",
    "expected ':'": "write key: value",
    "single document": "write one document, without a second ---",
    "undefined alias": "name an anchor that stands earlier in the file",
    "block end": "begin this line at the same column as the keys beside it",
}


def _syntax(error: yaml.MarkedYAMLError) -> tuple[int, str]:
    """The line of a fault in the YAML itself, and its words; of what is never closed, the line
    that opens it."""
    problem, context = error.problem or "it cannot be read", error.context or ""
    at, since = error.problem_mark, error.context_mark
    if "stream end" in problem or "end of stream" in problem:
        at, problem = since or at, "what is opened here is never closed"
    elif since is not None and at is not None and since.line != at.line and "flow" in context:
        problem += f", in brackets opened on line {since.line + 1}"
    hint = next((hint for part, hint in HINTS.items() if part in f"{context} {problem}"), None)
    line = at.line + 1 if at else 1
    return (
        line,
        f"this is not YAML ({problem}); {hint or 'mind the indent, brackets and quotes here'}",
    )


class _Values:
    """Turns nodes into plain values, and notes lines and faults on the way."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self.count = 0

    def read(self, node: yaml.Node) -> None:
        self.source.lines[()] = node.start_mark.line + 1
        self.source.document = self.value(node, (), 0)

    def value(self, node: yaml.Node, path: Path, depth: int) -> Any:
        self.count += 1
        if self.count > MOST_VALUES:
            raise _TooMuch(f"aliases make more than {MOST_VALUES} values of this; write fewer")
        if depth > DEEPEST:
            line = node.start_mark.line + 1
            raise _TooMuch(f"this is nested deeper than {DEEPEST} levels; nothing here is", line)
        if isinstance(node, yaml.MappingNode) and node.tag == _TAG + "map":
            return self.mapping(node, path, depth)
        if isinstance(node, yaml.SequenceNode) and node.tag == _TAG + "seq":
            return [self.item(part, (*path, n), depth) for n, part in enumerate(node.value)]
        if isinstance(node, yaml.ScalarNode):
            return self.scalar(node, path)
        self.fault(node, path, f"{node.tag} is no type that is read here; leave the tag out")
        return None

    def item(self, node: yaml.Node, path: Path, depth: int) -> Any:
        self.source.lines[path] = node.start_mark.line + 1
        return self.value(node, path, depth + 1)

    def mapping(self, node: yaml.MappingNode, path: Path, depth: int) -> dict[str, Any]:
        result: dict[str, Any] = {}
        for key_node, value_node in node.value:
            if not isinstance(key_node, yaml.ScalarNode):
                self.fault(key_node, path, "a key is a mapping or a list; write a single word")
                continue
            key = key_node.value
            if self.is_odd(key_node, path):
                continue
            at = (*path, key)
            if key == "<<":
                self.fault(key_node, at, "merged mappings are not read; write the keys out")
                continue
            if key in result:
                first = self.source.lines[at]
                self.fault(key_node, at, f"{key} is there twice, first on line {first}; keep one")
                continue
            self.source.lines[at] = key_node.start_mark.line + 1
            result[key] = self.value(value_node, at, depth + 1)
        return result

    def scalar(self, node: yaml.ScalarNode, path: Path) -> Any:
        kind, text = node.tag.removeprefix(_TAG), node.value
        try:
            if kind == "str":
                return None if self.is_odd(node, path) else text
            if kind == "null":
                return None
            if kind == "bool":
                return {"true": True, "false": False}[text.casefold()]
            if kind == "int":
                return int(text)
            if kind == "float":
                number = Number(text)
                number.text = text
                return number
        except (ValueError, KeyError):
            self.fault(node, path, f"{text!r} is not a {kind}; leave the tag out")
            return None
        self.fault(node, path, f"{node.tag} is no type that is read here; leave the tag out")
        return None

    def is_odd(self, node: yaml.ScalarNode, path: Path) -> bool:
        odd = UNSTORABLE.search(node.value) is not None
        if odd:
            self.fault(node, path, "the text has a control character; write it without")
        return odd

    def fault(self, node: yaml.Node, path: Path, message: str) -> None:
        self.source.faults.append((node.start_mark.line + 1, path, message))


def plain(value: Any) -> Any:
    """Return the same values without the memory of how numbers were written."""
    if isinstance(value, dict):
        return {key: plain(part) for key, part in value.items()}
    if isinstance(value, list):
        return [plain(part) for part in value]
    return float(value) if isinstance(value, Number) else value


def unstorable(value: Any, path: Path = ()) -> list[Path]:
    """Return where a value has a text with characters that no document may have."""
    if isinstance(value, str):
        return [path] if UNSTORABLE.search(value) else []
    if isinstance(value, dict):
        odd = [(*path, key) for key in value if UNSTORABLE.search(str(key))]
        return odd + [at for key, part in value.items() for at in unstorable(part, (*path, key))]
    if isinstance(value, list):
        return [at for n, part in enumerate(value) for at in unstorable(part, (*path, n))]
    return []
