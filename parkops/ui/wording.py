"""The words of the customer's side: found in templates and code, kept in `locale/`, compiled by Babel.

Nothing here needs gettext's own tools. `.po` is written by translators, `.mo` is made of it; both
are committed, and a test compares them.
"""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any

from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from django.conf import settings
from django.utils.translation.template import templatize

LANGUAGES = ("es", "fr")
ROOT = settings.BASE_DIR
# What customers and guests see. The office and the field are in English.
TEMPLATES = (
    "templates/*/portal/**/*.html",
    "templates/*/pdf/**/*.html",
    "templates/*/email/**/*.txt",
    "templates/account/**/*.*",
    "templates/mfa/**/*.*",
    "templates/messaging/email/*.html",
    "templates/public/*.html",
    "templates/ui/*.html",
    "templates/ui/components/*.html",
    "templates/[45]*.html",
)
NOT_FOR_CUSTOMERS = (
    "templates/public/platform.html",
    "templates/ui/gallery.html",
    "templates/ui/office.html",
    "templates/ui/counter.html",
    "templates/ui/field.html",
    "templates/ui/_search.html",
    "templates/ui/components/keypad.html",
    "templates/reporting/pdf/",
    "templates/reporting/email/",
    "templates/enforcement/field/",
)
CODE = (
    "parkops/kernel/*.py",
    "parkops/ui/*.py",
    "parkops/ui/tags/*.py",
    "parkops/public/*.py",
    "parkops/accounts/forms.py",
    "parkops/accounts/adapter.py",
    "parkops/accounts/views/account.py",
    "parkops/customers/forms.py",
    "parkops/customers/panels.py",
    "parkops/customers/papers.py",
    "parkops/customers/rules.py",
    "parkops/customers/operations.py",
    "parkops/customers/views/portal.py",
    "parkops/programme/price_schema.py",
    "enforcement/models/*.py",
    "payments/models/*.py",
    "permits/forms*.py",
    "permits/forms/*.py",
    "permits/rules/*.py",
    "permits/queries/*.py",
    "permits/operations/*.py",
    "permits/views/portal/*.py",
    "enforcement/forms.py",
    "enforcement/forms_appeals.py",
    "enforcement/forms_calls.py",
    "enforcement/operations/calls.py",
    "enforcement/rules/*.py",
    "enforcement/queries/portal.py",
    "enforcement/queries/words.py",
    "enforcement/operations/appeals.py",
    "enforcement/operations/evidence.py",
    "enforcement/operations/hearings.py",
    "enforcement/operations/appeal_letters.py",
    "enforcement/queries/hearings.py",
    "enforcement/queries/following.py",
    "enforcement/printing/slip.py",
    "enforcement/operations/cures.py",
    "enforcement/forms_cures.py",
    "enforcement/views/portal*.py",
    "payments/forms.py",
    "payments/forms_plans.py",
    "payments/pages.py",
    "payments/plan_pages.py",
    "payments/rules/plans.py",
    "payments/operations/plan*.py",
    "payments/place.py",
    "payments/rules/invoices.py",
    "payments/shown.py",
    "payments/operations/checkouts.py",
    "payments/operations/fulfilment.py",
    "payments/views/portal*.py",
    "reporting/opendata/sets.py",
    "reporting/queries/calendars.py",
    "reporting/rules/hiding.py",
    "reporting/views/calendars.py",
    "reporting/views/open_figures.py",
)
NO_CODE = ("parkops/ui/gallery.py", "parkops/ui/charts.py", "parkops/ui/wording.py")

# The arguments of components that are words: how many of the first, and by name.
TAGS = {
    "button": 1, "fact": 1, "answer": 1, "notice": 1, "card": 1, "emptybay": 2 - 1, "disclosure": 1,
    "badge": 1, "table": 1, "dialog": 0, "opener": 0, "steps": 0, "because": 0, "field": 0,
    "choices": 0, "plate_input": 0, "photo": 0, "tabs": 0, "filters": 0, "verdict": 0, "qr": 0,
    "stat": 1, "icon": 0,
}  # fmt: skip
SECOND = {"opener": 1, "verdict": 1, "qr": 1, "icon": 1, "steps": 2, "dialog": 1}
NAMED = {"label", "hint", "title", "sub", "text", "link_text", "verb", "busy", "total_text"}
NAMED |= {"submit", "keep", "refused", "foot", "change_text", "url_text"}

# Tables of words and sentences in the code, by the name that they have there.
TABLES = {"DAY_NAMES", "MONTHS", "GROUNDS", "REASONS", "OUTCOMES", "STATUSES", "BADGES", "WORDS"}
TABLES |= {
    "FUELS",
    "FUEL_NAMES",
    "NOT_FOUND",
    "NOT_GENUINE",
    "TOO_OFTEN",
    "error_messages",
    "LEVELS",
}
TABLES |= {"SIGNS"}

_TAG = re.compile(r"\{%\s*(\w+)\s+(.*?)%\}", re.DOTALL)
_PART = re.compile(r"""(?:(\w+)=)?("(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|[^\s]+)""")
_CALL = re.compile(
    r"\b(n?p?gettext|_)\(\s*(u?(?:'(?:[^'\\]|\\.)*'|\"(?:[^\"\\]|\\.)*\"))"
    r"(?:\s*,\s*(u?(?:'(?:[^'\\]|\\.)*'|\"(?:[^\"\\]|\\.)*\")))?",
)
_SAYS = {"say", "gettext", "gettext_lazy", "_", "named"}
_FORM_WORDS = {"label", "help_text"}
_REFUSALS = {"Refused": 1, "Decision": 1, "Conflict": 1, "NotFound": 0, "ValidationError": 0}
_REFUSALS |= {"Reason": 0, "Line": 0, "Http404": 0, "PermissionDenied": 0, "success": 1}
_TONES = {"good", "warn", "bad", "info"}
_OF_THE_OFFICE = re.compile(r"scim|roster|bulk|desk|rules/numbers")
_HAS_LETTERS = re.compile(r"[^\W\d_]{2,}")


@dataclass(frozen=True, slots=True, order=True)
class Word:
    """A message to translate: its English, its plural if it has one, and where it stands."""

    text: str
    plural: str
    file: str


def words(root: Path = ROOT) -> list[Word]:
    """Return every message of the customer's side, in order, each once a file."""
    found: set[Word] = set()
    for path in _files(root, TEMPLATES):
        name = path.relative_to(root).as_posix()
        if not name.startswith(NOT_FOR_CUSTOMERS):
            found |= {Word(one, many, name) for one, many in in_template(path.read_text())}
    for path in _files(root, CODE):
        name = path.relative_to(root).as_posix()
        if name not in NO_CODE and not _OF_THE_OFFICE.search(name):
            found |= {Word(one, many, name) for one, many in in_code(path.read_text())}
    return sorted(found)


def _files(root: Path, patterns: tuple[str, ...]) -> list[Path]:
    return sorted({path for pattern in patterns for path in root.glob(pattern) if path.is_file()})


def in_template(source: str) -> Iterator[tuple[str, str]]:
    """Yield (English, plural) of a template: its translate tags and the words of its components."""
    for call in _CALL.finditer(templatize(source)):
        plural = call[3] if call[1].startswith("n") else None
        yield _literal(call[2]), _literal(plural) if plural else ""
    for tag in _TAG.finditer(source):
        if tag[1] not in TAGS:
            continue
        place = 0
        for part in _PART.finditer(tag[2]):
            name, value = part[1], part[2]
            is_text = value[0] in "\"'" and value[-1] == value[0]
            wanted = name in NAMED if name else place < TAGS[tag[1]] or SECOND.get(tag[1]) == place
            if is_text and wanted and _HAS_LETTERS.search(value):
                yield value[1:-1], ""
            place += not name


def in_code(source: str) -> Iterator[tuple[str, str]]:
    """Yield (English, plural) of Python: what is said, refused, and asked by forms."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call):
            yield from _in_call(node)
        elif isinstance(node, ast.Dict):
            for key, value in zip(node.keys, node.values, strict=True):
                if _text(key) in {
                    "required",
                    "invalid",
                    "invalid_choice",
                    "min_value",
                    "max_value",
                }:
                    yield from _if_words(value)
        elif isinstance(node, ast.Assign | ast.AnnAssign):
            first = node.target if isinstance(node, ast.AnnAssign) else node.targets[0]
            if node.value is None:
                continue
            if isinstance(first, ast.Name) and first.id in TABLES:
                yield from _in_table(node.value)
            if isinstance(first, ast.Attribute) and first.attr in _FORM_WORDS:
                yield from _if_words(node.value)
            if isinstance(first, ast.Subscript) and "error_messages" in ast.unparse(first):
                yield from _if_words(node.value)


def _in_table(table: ast.expr) -> Iterator[tuple[str, str]]:
    """Yield the words of a table; what are keys, codes or tones are none."""
    if isinstance(table, ast.Dict):
        for value in table.values:
            yield from _in_table(value)
    elif isinstance(table, ast.List | ast.Tuple):
        for value in table.elts:
            yield from _in_table(value)
    elif isinstance(table, ast.Call):
        inner = table.func.value if isinstance(table.func, ast.Attribute) else None
        if inner is not None and _text(inner):
            yield from ((word, "") for word in _text(inner).split())
        elif table.args:
            yield from _in_table(table.args[0])
    elif (text := _text(table)) and text not in _TONES and _HAS_LETTERS.search(text):
        yield text, ""


def _in_call(node: ast.Call) -> Iterator[tuple[str, str]]:
    name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
    if name in {"say_n", "ngettext"} and len(node.args) > 1:
        one, many = _text(node.args[0]), _text(node.args[1])
        if one and many:
            yield one, many
    elif name in _SAYS and node.args:
        yield from _if_words(node.args[0], always=True)
    elif name in _REFUSALS and len(node.args) > _REFUSALS[name]:
        yield from _if_words(node.args[_REFUSALS[name]])
    for keyword in node.keywords:
        if keyword.arg in _FORM_WORDS | {"url_text", "total_text"}:
            yield from _if_words(keyword.value)


def _if_words(node: ast.expr, *, always: bool = False) -> Iterator[tuple[str, str]]:
    if isinstance(node, ast.IfExp):
        yield from _if_words(node.body, always=always)
        yield from _if_words(node.orelse, always=always)
        return
    text = _text(node)
    if text and (always or _HAS_LETTERS.search(text)):
        yield text, ""


def _text(node: ast.expr | None) -> str:
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""


def _literal(source: str) -> str:
    return ast.literal_eval(source.removeprefix("u"))


def po_path(language: str) -> Path:
    """Return where a language's words are."""
    return ROOT / "locale" / language / "LC_MESSAGES" / "django.po"


def catalog(language: str) -> Catalog:
    """Return a language's words; an empty catalog where there is no file yet."""
    path = po_path(language)
    if not path.exists():
        return Catalog(locale=language, domain="django", fuzzy=False)
    with path.open("rb") as file:
        return read_po(file, locale=language, domain="django")


def update(language: str) -> Catalog:
    """Return the catalog with exactly the words there are now; translations are kept."""
    old, new = catalog(language), _empty(language)
    where: dict[tuple[str, str], list[tuple[str, int]]] = {}
    for word in words():
        where.setdefault((word.text, word.plural), []).append((word.file, 0))
    plurals = {one for one, many in where if many}
    for (one, many), files in sorted(where.items()):
        if not many and one in plurals:
            continue
        known = old.get(one)
        wanted = (one, many) if many else one
        kept = known.string if known is not None and known.id == wanted else None
        flags = ["python-format"] if "%(" in one else []
        places: list[Any] = [(file, None) for file, _ in files]
        new.add(wanted, string=kept, locations=places, flags=flags)
    return new


def _empty(language: str) -> Catalog:
    made = Catalog(locale=language, domain="django", project="ParkOps", fuzzy=False)
    made.header_comment = (
        f"# The customer's side of ParkOps in {language}. Words are chosen in "
        "docs/guides/translations.md."
    )
    return made


def po_bytes(words_of: Catalog) -> bytes:
    """Return the file that translators edit; no dates, so that equal words give equal files."""
    out = BytesIO()
    write_po(out, words_of, omit_header=False, include_lineno=False, sort_output=True, width=100)
    lines = out.getvalue().decode().splitlines(keepends=True)
    dated: tuple[str, ...] = (
        '"POT-Creation-Date',
        '"PO-Revision-Date',
        '"Generated-By',
        '"Last-Translator',
    )
    dated += ('"Report-Msgid-Bugs-To', '"Language-Team')
    return "".join(line for line in lines if not line.startswith(dated)).encode()


def mo_bytes(words_of: Catalog) -> bytes:
    """Return what gettext reads at run time."""
    made = Catalog(locale=words_of.locale, domain="django", fuzzy=False)
    for message in words_of:
        if message.id:
            made.add(message.id, string=message.string, context=message.context)
    out = BytesIO()
    write_mo(out, made)
    dated = re.compile(rb"(POT-Creation-Date|PO-Revision-Date|Generated-By)[^\n]*")
    return dated.sub(lambda found: b" " * len(found[0]), out.getvalue())
