"""What the pages of boots and tows ask."""

from collections.abc import Sequence
from typing import Any

from django import forms

from enforcement.forms import FilesField
from enforcement.models import BootDevice
from enforcement.operations.boot_cases import Spot


class PhotosForm(forms.Form):
    """Pictures that come with an act."""

    photos = FilesField(label="Photos", required=False)

    def read_files(self) -> list[bytes]:
        """Return what the photos hold."""
        return [file.read() for file in self.cleaned_data["photos"]]


class ApplyForm(PhotosForm):
    """Which boot was put on, and where the vehicle stands."""

    device = forms.ChoiceField(label="Boot", required=False)
    place = forms.CharField(label="Where it stands", max_length=200, required=False)
    lat = forms.FloatField(required=False, min_value=-90, max_value=90, widget=forms.HiddenInput)
    lon = forms.FloatField(required=False, min_value=-180, max_value=180, widget=forms.HiddenInput)

    def __init__(self, *args: Any, devices: Sequence[BootDevice] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        shown = [(d.number, f"{d.number}, {d.store}" if d.store else d.number) for d in devices]
        self.fields["device"].choices = [("", "Not one of the inventory"), *shown]

    def spot(self, zone: str = "") -> Spot:
        """Return where the vehicle stands."""
        data = self.cleaned_data
        return Spot(zone, data["place"], data["lat"], data["lon"])


class TowForm(PhotosForm):
    """Who tows the vehicle, and to which lot."""

    lot = forms.CharField(
        label="Impound lot",
        max_length=200,
        error_messages={"required": "Say to which lot it is towed."},
    )
    tower = forms.CharField(label="Towed by", max_length=200, required=False)


class ReleaseForm(forms.Form):
    """Why a vehicle goes though something is owed."""

    reason = forms.CharField(
        label="Reason",
        max_length=1_000,
        error_messages={"required": "Say why it may go."},
    )
    waive = forms.BooleanField(label="Take back the fees of this case", required=False)


class ReasonForm(forms.Form):
    """Why an order is taken back, or what became of a boot."""

    reason = forms.CharField(
        label="Reason", max_length=300, error_messages={"required": "Say why."}
    )


class DeviceForm(forms.Form):
    """A boot to take into the inventory."""

    number = forms.CharField(
        label="Number", max_length=20, error_messages={"required": "Type the number on the boot."}
    )
    release_code = forms.CharField(label="Code that opens it", max_length=20, required=False)
    store = forms.CharField(label="Kept at", max_length=200, required=False)


class FindCaseForm(forms.Form):
    """The two facts that show somebody their booted vehicle."""

    number = forms.CharField(
        label="Case number on the sticker",
        max_length=40,
        error_messages={"required": "Type the number, such as B-2026-00012-4."},
    )
    plate = forms.CharField(
        label="Plate", max_length=32, error_messages={"required": "Type the plate of the car."}
    )
