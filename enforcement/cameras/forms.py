"""What the pages of cameras and their reads ask."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django import forms

from enforcement.cameras.vendors import VENDORS
from parkops.kernel.plates import plate_key
from parkops.ui import regions


class CameraForm(forms.Form):
    """A camera: its name and place, and who made it."""

    name = forms.CharField(
        label="Name", max_length=100, error_messages={"required": "Give the camera a name."}
    )
    vendor = forms.ChoiceField(
        label="Maker",
        choices=[(vendor.code, f"{vendor.name}: {vendor.sends}") for vendor in VENDORS.values()],
        error_messages={"required": "Choose who made the camera."},
    )
    zone = forms.ChoiceField(
        label="Zone", error_messages={"required": "Choose the zone that it looks at."}
    )
    through = forms.ChoiceField(label="Sends", required=False)
    device = forms.CharField(label="Its name in the messages", max_length=200, required=False)
    lat = forms.FloatField(label="Latitude", required=False, min_value=-90, max_value=90)
    lon = forms.FloatField(label="Longitude", required=False, min_value=-180, max_value=180)

    def __init__(
        self,
        *args: Any,
        zones: Sequence[tuple[str, str]],
        carriers: Sequence[tuple[str, str]] = (),
        is_new: bool,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.fields["zone"].choices = list(zones)
        self.fields["through"].choices = [("", "By itself, with a key of its own"), *carriers]
        for name in () if is_new else ("vendor", "through", "device"):
            del self.fields[name]

    def clean_through(self) -> UUID | None:
        """Return the camera that it sends through; None where it sends by itself."""
        return UUID(self.cleaned_data["through"]) if self.cleaned_data["through"] else None


class ReadFilterForm(forms.Form):
    """Which reads to list."""

    q = forms.CharField(label="Plate", max_length=32, required=False)
    camera = forms.ChoiceField(label="Camera", required=False)

    def __init__(self, *args: Any, cameras: Sequence[tuple[str, str]] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["camera"].choices = [("", "All"), *cameras]


class SettleForm(forms.Form):
    """The plate that a person sees on the picture."""

    plate = forms.CharField(
        label="Plate", max_length=32, error_messages={"required": "Type the plate."}
    )
    region = forms.ChoiceField(label="State or province", required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["region"].choices = [("", "Any state or province"), *regions.choices()]

    def clean_plate(self) -> str:
        """Return the plate as typed; it has something to compare by."""
        text = self.cleaned_data["plate"]
        try:
            plate_key(text)
        except ValueError as error:
            raise forms.ValidationError(str(error)) from error
        return text


class RejectForm(forms.Form):
    """Why a read is no plate."""

    reason = forms.CharField(
        label="Reason",
        max_length=1_000,
        error_messages={"required": "Say why the read is rejected."},
    )
