"""Components of forms: a field with its label and errors, choices, the summary of what is wrong."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.forms import BaseForm, BoundField
from django.template import Library
from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from parkops.kernel.texts import named
from parkops.ui.speech import said
from parkops.ui.values import Option

register = Library()

VALIDATED = frozenset(
    {"max_length", "min_length", "max_value", "min_value", "null_characters_not_allowed"}
)
"""How Django calls what its validators find, of any field."""
_ROWS = (forms.RadioSelect, forms.CheckboxSelectMultiple)


@register.simple_tag
def field(
    bound: BoundField,
    label: str = "",
    hint: str = "",
    kind: str = "",
    compact: bool = False,
    grow: bool = False,
    **attrs: Any,
) -> SafeString:
    """Render a form's field: label, hint, error, input, tied together for screen readers.

    `kind` is "", plate or money and sets how it is typed; `compact` is for filters: no hints and
    nothing marked optional. Further names become attributes of the input, dashes for underscores.
    """
    if bound.is_hidden:
        return SafeString(bound)
    widget = bound.field.widget
    if isinstance(widget, forms.Select) and not isinstance(widget, forms.RadioSelect):
        widget.choices = [(value, said(text)) for value, text in widget.choices]
    hint = "" if compact else said(hint or bound.help_text)
    ids = bound.id_for_label or bound.auto_id or bound.html_name
    described = [f"{ids}-hint"] * bool(hint) + [f"{ids}-error"] * bool(bound.errors)
    shape = _shape(widget)
    given = {name.rstrip("_").replace("_", "-"): value for name, value in attrs.items()}
    if shape != "rows":
        given = {"class": _input_class(shape, kind)} | _typed_as(kind) | given
        if isinstance(widget, forms.Textarea):
            given.setdefault("rows", 4)
        if described:
            given["aria-describedby"] = " ".join(described)
    context = {
        "bound": bound,
        "label": said(label or bound.label),
        "hint": hint,
        "ids": ids,
        "described": " ".join(described),
        "shape": shape,
        "compact": compact,
        "grow": grow,
        "is_optional": not compact and not bound.field.required and shape == "input",
        "input": SafeString("") if shape == "rows" else bound.as_widget(attrs=given),
        "rows": list(bound.subwidgets) if shape == "rows" else [],
    }
    return render_to_string("ui/components/field.html", context)


def _shape(widget: forms.Widget) -> str:
    if isinstance(widget, _ROWS):
        return "rows"
    return "tick" if isinstance(widget, forms.CheckboxInput) else "input"


def _input_class(shape: str, kind: str) -> str:
    if shape == "tick":
        return "check"
    return f"input input--{kind}" if kind else "input"


def _typed_as(kind: str) -> dict[str, str]:
    if kind == "plate":
        return {"autocomplete": "off", "spellcheck": "false", "autocapitalize": "characters"}
    return {"inputmode": "decimal"} if kind == "money" else {}


@dataclass(frozen=True, slots=True)
class _Row:
    option: Option
    ids: str
    checked: bool


@register.inclusion_tag("ui/components/choices.html", takes_context=True)
def choices(
    context: Any,
    bound: BoundField,
    options: Iterable[Option],
    label: str = "",
    hint: str = "",
    show_label: bool = True,
) -> dict[str, Any]:
    """Render a field as rows with price and why; what is refused stays, dashed, with its reason.

    `options` are `parkops.ui.values.Option`s; their values are the form field's choices.
    """
    chosen = bound.value()
    values = set(map(str, chosen)) if isinstance(chosen, (list, tuple)) else {str(chosen)}
    many = isinstance(bound.field.widget, forms.CheckboxSelectMultiple)
    rows = [
        _Row(option, f"{bound.auto_id or bound.html_name}-{index}", option.value in values)
        for index, option in enumerate(options)
    ]
    return {
        "request": context.get("request"),
        "tenant": context.get("tenant"),
        "bound": bound,
        "label": said(label or bound.label),
        "hint": said(hint or bound.help_text),
        "show_label": show_label,
        "ids": bound.auto_id or bound.html_name,
        "type": "checkbox" if many else "radio",
        "rows": [row for row in rows if not row.option.refused],
        "refused": [row for row in rows if row.option.refused],
    }


@register.inclusion_tag("ui/components/errors.html")
def errors(form: BaseForm) -> dict[str, Any]:
    """Render what is wrong, each line a link to its field; nothing if all is well.

    What would be said of any field ("This field is required.") is said with the field's name.
    """
    lines = [("", said(message)) for message in form.non_field_errors()]
    for bound in form:
        first = bound.id_for_label or f"{bound.auto_id}_0"
        for error in bound.errors.as_data():
            name = (
                f"{said(bound.label).rstrip('?.:')}: "
                if _is_of_any_field(error, bound.field)
                else ""
            )
            lines += [(first, f"{name}{said(message)}") for message in error.messages]
    return {"lines": lines}


def _is_of_any_field(error: ValidationError, field: forms.Field) -> bool:
    """Whether Django says a fault in these words, whichever field it is."""
    theirs: dict[str, Any] = {}
    for kind in reversed(type(field).__mro__):
        if kind.__module__.startswith("django."):
            theirs |= getattr(kind, "default_error_messages", {})
    return error.code in VALIDATED or str(error.message) == str(theirs.get(error.code or ""))


@register.inclusion_tag("ui/components/photo.html")
def photo(bound: BoundField, label: str = "", hint: str = "") -> dict[str, Any]:
    """Render a picture field: takes or picks photos, shows them, makes them small to send."""
    return {
        "bound": bound,
        "label": said(label or bound.label),
        "hint": said(hint or bound.help_text),
        "ids": bound.id_for_label,
        "is_many": getattr(bound.field.widget, "allow_multiple_selected", False),
    }


@register.inclusion_tag("ui/components/plate_input.html")
def plate_input(
    bound: BoundField, region: BoundField | None = None, hint: str = ""
) -> dict[str, Any]:
    """Render the portal's plate field, its echo as officers see it, and the look-alike hint.

    `region`, if given, is the form's region field, rendered above it.
    """
    return {
        "bound": bound,
        "region": region,
        "region_value": (region.value() if region is not None else "") or "",
        "value": bound.value() or "",
        "hint": said(
            hint
            or bound.help_text
            or named("Letters and numbers as on the car. Spaces do not matter.")
        ),
    }


@register.inclusion_tag("ui/components/keypad.html")
def keypad(
    bound: BoundField, region: str = "", submit: str = "Check plate", busy: str = "Checking"
) -> dict[str, Any]:
    """Render the officer's keypad over the plate field; without JavaScript it is a large input."""
    return {
        "bound": bound,
        "value": bound.value() or "",
        "region": region,
        "submit": submit,
        "busy": busy,
        "digits": "1234567890",
        "letters": "ABCDEFGHIJKLMNOPQRSTUVWXYZ",
    }
