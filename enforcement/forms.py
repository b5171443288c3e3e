"""What the pages of enforcement ask."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile

from enforcement.rules.owners import read_expiry
from enforcement.rules.standing import Status
from parkops.kernel.plates import plate_key
from parkops.kernel.texts import say
from parkops.ui import regions
from parkops.ui.fields import DayField

MOST_FILES = 6


class FilesInput(forms.ClearableFileInput):
    """An input for several files."""

    allow_multiple_selected = True


class FilesField(forms.FileField):
    """Several files, as a list; none is an empty list."""

    widget = FilesInput

    def clean(self, data: Any, initial: Any = None) -> list[UploadedFile]:
        """Return the files."""
        given = data if isinstance(data, list | tuple) else [data] if data else []
        if len(given) > MOST_FILES:
            raise forms.ValidationError(say("Send {n} pictures at most.", n=MOST_FILES))
        return [super(FilesField, self).clean(file, initial) for file in given]


class PlateForm(forms.Form):
    """The officer's question: which plate."""

    plate = forms.CharField(
        label="Plate", max_length=32, error_messages={"required": "Type the plate."}
    )
    region = forms.ChoiceField(label="State or province", required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["region"].choices = [("", "Any state or province"), *regions.choices()]

    def clean_plate(self) -> str:
        """Return the plate as typed; it has something to compare by."""
        return _plate(self.cleaned_data["plate"])


class ChalkForm(forms.Form):
    """How the valves of a vehicle's wheels point, as hours of a clock, and where it stands."""

    HOURS = (("", "Not read"), *((str(hour), f"{hour} o'clock") for hour in range(1, 13)))

    front = forms.ChoiceField(label="Front wheel's valve", choices=HOURS, required=False)
    rear = forms.ChoiceField(label="Rear wheel's valve", choices=HOURS, required=False)
    block_face = forms.CharField(
        label="Block face",
        help_text="Such as: Elm St, 100 block, north side.",
        max_length=80,
        required=False,
    )
    lat = forms.FloatField(
        required=False,
        min_value=-90,
        max_value=90,
        widget=forms.HiddenInput(attrs={"id": "chalk-lat"}),
    )
    lon = forms.FloatField(
        required=False,
        min_value=-180,
        max_value=180,
        widget=forms.HiddenInput(attrs={"id": "chalk-lon"}),
    )

    @property
    def valve(self) -> str:
        """Both valves as text, front and rear: `3/9`; empty where none was read."""
        front, rear = self.cleaned_data["front"], self.cleaned_data["rear"]
        return f"{front}/{rear}" if front or rear else ""


class PermittedForm(PlateForm):
    """A vehicle and a zone that anybody asks about."""

    zone = forms.ChoiceField(label="Zone", error_messages={"required": "Choose the zone."})

    def __init__(self, *args: Any, zones: Sequence[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["zone"].choices = zones


class PictureForm(forms.Form):
    """A picture on which the server reads the plate."""

    picture = forms.FileField(
        label="Or take a picture of the plate",
        error_messages={"required": "Take a picture first."},
    )


class CitationForm(forms.Form):
    """What an officer adds to a verdict to make it a citation."""

    client_id = forms.UUIDField(widget=forms.HiddenInput)
    violation = forms.ChoiceField(
        label="Violation",
        widget=forms.RadioSelect,
        error_messages={"required": "Choose the violation."},
    )
    also = forms.MultipleChoiceField(
        label="Also found on this stop", required=False, widget=forms.CheckboxSelectMultiple
    )
    photos = FilesField(label="Photos", required=False)
    vehicle = forms.CharField(label="Make, model, color", max_length=100, required=False)
    plate_expires = forms.CharField(label="Plate expires", max_length=10, required=False)
    warning = forms.BooleanField(label="Give a warning, nothing is owed", required=False)
    note = forms.CharField(label="Note for the file", max_length=1_000, required=False)
    public_note = forms.CharField(label="Note on the notice", max_length=1_000, required=False)
    lat = forms.FloatField(required=False, min_value=-90, max_value=90, widget=forms.HiddenInput)
    lon = forms.FloatField(required=False, min_value=-180, max_value=180, widget=forms.HiddenInput)

    def __init__(self, *args: Any, codes: Sequence[str] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("violation", "also"):
            self.fields[name].choices = [(code, code) for code in codes]

    def clean_also(self) -> tuple[str, ...]:
        """Return the further violations; the first one ticked again is not another."""
        first = self.cleaned_data.get("violation")
        return tuple(code for code in self.cleaned_data["also"] if code != first)

    def clean_plate_expires(self) -> date | None:
        """Return the day that a month or day such as 2027-03 stands for."""
        try:
            return read_expiry(self.cleaned_data["plate_expires"].strip())
        except ValueError as error:
            raise forms.ValidationError("Write year and month, such as 2027-03.") from error

    def written(self) -> dict[str, Any]:
        """Return what the officer wrote, as a draft of a citation has it."""
        names = ("client_id", "violation", "also", "lat", "lon", "note", "public_note", "warning")
        told = {name: self.cleaned_data[name] for name in (*names, "vehicle")}
        return told | {"plate_expires_on": self.cleaned_data["plate_expires"]}

    def read_files(self) -> list[bytes]:
        """Return what the photos hold."""
        return [file.read() for file in self.cleaned_data["photos"]]


class NoPlateForm(CitationForm):
    """A citation of a vehicle without a plate."""

    vin = forms.CharField(label="VIN", max_length=17, required=False)

    def clean_vin(self) -> str:
        """Return the VIN in capitals, without spaces."""
        return self.cleaned_data["vin"].replace(" ", "").upper()


class VoidForm(forms.Form):
    """Why a citation is voided."""

    reason = forms.CharField(
        label="Reason",
        max_length=1_000,
        error_messages={"required": "Say why it is voided."},
    )


class FindForm(forms.Form):
    """The two facts that show somebody a citation."""

    number = forms.CharField(
        label="Number on the notice",
        max_length=40,
        error_messages={"required": "Type the number, such as C-2026-00417-3."},
    )
    fact = forms.CharField(
        label="PIN on the notice, or the plate",
        max_length=32,
        error_messages={"required": "Type the PIN on the notice, or the plate of the car."},
    )


class VerifyForm(forms.Form):
    """What stands on a printed citation that somebody wants to be sure of."""

    number = forms.CharField(
        label="Number on the notice",
        max_length=40,
        error_messages={"required": "Type the number, such as C-2026-00417-3."},
    )
    code = forms.CharField(
        label="Code beside the square, or the PIN",
        max_length=20,
        error_messages={"required": "Type the code, such as 7K2QM-0XF4R, or the PIN."},
    )


class PayForm(forms.Form):
    """Where the receipt goes."""

    email = forms.EmailField(label="E-mail for the receipt", required=False)


class CitationFilterForm(forms.Form):
    """Which citations to list."""

    q = forms.CharField(label="Number or plate", max_length=40, required=False)
    status = forms.ChoiceField(label="Status", required=False)
    violation = forms.ChoiceField(label="Violation", required=False)
    zone = forms.ChoiceField(label="Zone", required=False)
    officer = forms.CharField(label="Officer", max_length=100, required=False)
    since = DayField(label="From", required=False)
    until = DayField(label="To", required=False)
    hour = forms.ChoiceField(
        label="Hour",
        required=False,
        choices=[("", "All"), *((str(hour), f"{hour:02}:00") for hour in range(24))],
    )

    def __init__(
        self, *args: Any, violations: Sequence[str] = (), zones: Sequence[str] = (), **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        named = [(s.value, s.value.replace("_", " ").capitalize()) for s in Status]
        self.fields["status"].choices = [("", "All"), *named]
        self.fields["violation"].choices = [("", "All"), *((code, code) for code in violations)]
        self.fields["zone"].choices = [("", "All"), *((code, code) for code in zones)]


class CheckFilterForm(forms.Form):
    """Which plate checks to list."""

    q = forms.CharField(label="Plate", max_length=32, required=False)
    verdict = forms.ChoiceField(label="Verdict", required=False)
    zone = forms.ChoiceField(label="Zone", required=False)
    since = DayField(label="From", required=False)
    until = DayField(label="To", required=False)

    def __init__(
        self,
        *args: Any,
        verdicts: Sequence[tuple[str, str]] = (),
        zones: Sequence[str] = (),
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.fields["verdict"].choices = [("", "All"), *verdicts]
        self.fields["zone"].choices = [("", "All"), *((code, code) for code in zones)]


def _plate(text: str) -> str:
    try:
        plate_key(text)
    except ValueError as error:
        raise forms.ValidationError(str(error)) from error
    return text
