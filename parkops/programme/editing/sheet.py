"""An editor as a page shows it: one form with all fields, and how they lie in it."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from django import forms
from django.forms import BoundField
from django.utils.datastructures import MultiValueDict

from parkops.kernel.codes import code_key
from parkops.programme import parts
from parkops.programme.editing import shape
from parkops.programme.editing.editors import EDITORS
from parkops.programme.editing.shape import ABSENT, ROOT, Flat, Group, Leaf, Node, Rows
from parkops.programme.parts import Document, PartFault

FUELS = ("gasoline", "diesel", "hybrid", "electric", "hydrogen")
TYPES = {"date": "date", "moment": "datetime-local"}
SHORT = {"whole", "days", "percent", "factor", "duration", "money"}


@dataclass(frozen=True, slots=True)
class Item:
    """Something on a sheet: a field, a group of items, or rows of them (`was`: which of the
    document's rows one is)."""

    kind: str
    name: str
    label: str = ""
    hint: str = ""
    when: str = ""
    bound: BoundField | None = None
    looks: str = ""
    switch: BoundField | None = None
    items: tuple["Item", ...] = ()
    one: str = ""
    none: str = ""
    line: bool = False
    was: str = ""
    is_brief: bool = False


@dataclass
class Sheet:
    """The editor of one part: its form, filled with what the document says or with what was sent.

    `fresh` names a row that was just added: its first field has the focus.
    """

    node: Node
    document: Document
    flat: Flat
    base: Any
    is_new: bool = False
    fresh: str = ""
    names: dict[str, Leaf] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Make the form."""
        self.form = forms.Form(
            MultiValueDict(self.flat), auto_id="%s", use_required_attribute=False
        )
        self.items = self._of(self.node, ROOT)
        self.form.full_clean()
        self.names.pop(self.fresh, None)
        for name, leaf in self.names.items():
            in_a_row = re.search(r"-[0-9]+-", name) is not None
            self.form.fields[name].required = in_a_row or leaf.needed or is_clear(leaf)

    def say(self, faults: Sequence[PartFault]) -> None:
        """Show each fault at its field, in words for a form."""
        for fault in faults:
            name = shape.name_of(self.node, fault.path, self.flat)
            known = name if name in self.form.fields else None
            label = str(self.form.fields[known].label) if known else ""
            self.form.add_error(known, in_form_words(fault.message, label))

    def _of(self, node: Node, name: str) -> tuple[Item, ...]:
        match node:
            case Leaf():
                return (self._leaf(node, name),)
            case Rows():
                rows = tuple(
                    self._row(node, f"{name}-{n}") for n in range(shape.count(self.flat, name))
                )
                return (
                    Item(
                        "rows",
                        name,
                        node.label,
                        node.hint,
                        node.when,
                        items=rows,
                        one=node.one,
                        none=node.none,
                    ),
                )
            case Group():
                if not node.label and not node.switch and not node.line and not node.when:
                    return self._fields(node, name)
                switch = self._switch(node, name) if node.switch else None
                return (
                    Item(
                        "group",
                        name,
                        node.label,
                        node.hint,
                        node.when,
                        switch=switch,
                        items=self._fields(node, name),
                        line=node.line,
                    ),
                )

    def _row(self, node: Rows, name: str) -> Item:
        was = "".join(self.flat.get(f"{name}-was", []))
        items = self._fields(node.row, name)
        return Item("row", name, items=items if name.endswith("-0") else brief(items), was=was)

    def _fields(self, node: Group, name: str) -> tuple[Item, ...]:
        return tuple(
            item
            for child in node.fields
            for item in self._of(child, f"{name}-{child.key}" if child.key else name)
        )

    def _switch(self, node: Group, name: str) -> BoundField:
        self.form.fields[f"{name}-on"] = forms.BooleanField(label=node.switch, required=False)
        return self.form[f"{name}-on"]

    def _leaf(self, leaf: Leaf, name: str) -> Item:
        made = self._field(leaf, name)
        if leaf.fixed and not self.is_new:
            made.widget.attrs["readonly"] = True
        if self.fresh and name.startswith(f"{self.fresh}-") and not self.names.get(self.fresh):
            made.widget.attrs["autofocus"] = True
            self.names[self.fresh] = leaf
        self.form.fields[name] = made
        self.names[name] = leaf
        looks = "money" if leaf.kind == "money" else ""
        size = "short" if leaf.kind in SHORT else "date" if leaf.kind in TYPES else ""
        bound = self.form[name]
        return Item("field", name, when=leaf.when, bound=bound, looks=looks, one=size)

    def _field(self, leaf: Leaf, name: str) -> forms.Field:
        told: dict[str, Any] = {"label": leaf.label, "help_text": leaf.hint, "required": False}
        match leaf.kind:
            case "flag":
                return forms.BooleanField(**told)
            case "choice" | "radio" | "codes":
                options = self._options(leaf, name)
                if leaf.kind == "codes":
                    return _Loose(choices=options, widget=forms.CheckboxSelectMultiple, **told)
                if leaf.kind == "radio":
                    return forms.CharField(widget=forms.RadioSelect(choices=options), **told)
                return forms.CharField(widget=forms.Select(choices=options), **told)
            case "texts":
                return forms.CharField(widget=forms.Textarea(attrs={"rows": 3}), **told)
        kind = TYPES.get(leaf.kind, "text")
        attrs = {"inputmode": "numeric"} if leaf.kind in ("whole", "days") else {}
        return forms.CharField(widget=forms.TextInput(attrs={"type": kind, **attrs}), **told)

    def _options(self, leaf: Leaf, name: str) -> list[tuple[str, str]]:
        """What may be chosen; what the document names though it is not there stays and says so."""
        given = self._named(leaf.options) if isinstance(leaf.options, str) else leaf.options
        chosen = {code_key(text): text for text in self.flat.get(name, []) if text}
        options = [(chosen.get(code_key(value), value), words) for value, words in given]
        known = {code_key(value) for value, _ in options}
        options += [(t, f"{t} (not there)") for key, t in chosen.items() if key not in known]
        if leaf.kind == "choice" and not leaf.default and "" not in known:
            options.insert(
                0, ("", "Any" if leaf.key.startswith(("vehicle.", "customer.")) else "None")
            )
        return options

    def _named(self, kind: str) -> list[tuple[str, str]]:
        if kind == "fuels":
            return [(fuel, fuel.capitalize()) for fuel in FUELS]
        if kind in ("events", "calendars"):
            return [(code, code) for code in parts.codes_of(self.document, kind)]
        own = self.base.get("code") if self.node is EDITORS["zones"] and self.base else None
        found = [
            (code, parts.find(self.document, kind, code))
            for code in parts.codes_of(self.document, kind)
        ]
        return [
            (code, f"{code} {thing.get('name') or ''}".strip())
            for code, thing in found
            if code != own
        ]


def is_clear(leaf: Leaf) -> bool:
    """Return whether a field says itself what it means left empty, so that nothing marks it."""
    return bool(leaf.default) or "mpty" in leaf.hint or leaf.kind in ("choice", "money", "flag")


def brief(items: tuple[Item, ...]) -> tuple[Item, ...]:
    """Return items without hints: those of a second row stand in the first."""
    return tuple(replace(item, is_brief=True, items=brief(item.items)) for item in items)


class _Loose(forms.MultipleChoiceField):
    """Takes what it is given: the schema says what is wrong with it."""

    def validate(self, value: Any) -> None:
        """Find nothing wrong."""


def sheet_for(
    document: Document, part: str, code: str | None, flat: Flat | None = None, *, fresh: str = ""
) -> Sheet:
    """Return the editor of a part of the document: as the document has it, or as it was sent."""
    held = None if code is None and part not in parts.VALUES else parts.find(document, part, code)
    base = ABSENT if held is None else held
    node = EDITORS[part]
    shown = shape.show(node, base) if flat is None else flat
    is_new = base is ABSENT
    return Sheet(node, document, shown, {} if is_new else base, is_new=is_new, fresh=fresh)


def shown_like(document: Document, part: str, code: str) -> Flat:
    """Return the fields of a new thing that says what another one says, all but its code."""
    flat = shape.show(EDITORS[part], parts.find(document, part, code))
    return {name: texts for name, texts in flat.items() if name != f"{ROOT}-code"}


def value_in(document: Document, part: str, code: str | None, flat: Flat) -> Any:
    """Return what the fields say of a part, in the notation of the file; None where nothing."""
    held = None if code is None and part not in parts.VALUES else parts.find(document, part, code)
    value = shape.read(EDITORS[part], flat, ABSENT if held is None else held)
    return None if value is ABSENT else value


_MISSING = re.compile(r"\S+ is missing; write (?:\S+: )?(?P<example>.+)")


def in_form_words(message: str, label: str) -> str:
    """Return a fault of the file in words for a form: no keys, no quotes, a sentence."""
    form = _MISSING.fullmatch(message)
    if form is not None:
        example = form["example"].strip('"')
        such = f", such as {example}" if re.fullmatch(r"[\w .-]+", example) else ""
        text = (
            f"{label or 'This'} is missing. Write it{such}"
            if such
            else f"{label or 'This'} is missing"
        )
    else:
        text = message.replace("; write it without quotes, such as", "; write it such as")
        text = text.replace("write a quoted decimal", "write an amount")
        text = text.replace(
            "the list is empty; write at least one", "nothing is chosen; choose at least one"
        )
        text = re.sub(r"\bas a quoted decimal: \"?([0-9.]+)\"?", r"such as \1", text)
        text = text.replace("''", "Nothing")
    return f"{text[:1].upper()}{text[1:]}{'' if text.endswith('.') else '.'}"
