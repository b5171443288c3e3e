"""Which figures a tenant opens, as a form."""

from typing import Any

from django import forms

from reporting.models import Opening


class OpeningForm(forms.Form):
    """What is out, under which license, and which sites may frame the map."""

    opens_data = forms.BooleanField(
        label="Anybody reads the open data",
        required=False,
        help_text="Counts and sums by month and hour: no plates, no names, nothing of fewer than 5.",
    )
    license = forms.ChoiceField(label="License", choices=Opening.License.choices)
    opens_spaces = forms.BooleanField(
        label="Anybody sees how many spaces are free",
        required=False,
        help_text="As a map that other sites frame, and in the shape of APDS for apps and navigation.",
    )
    framed_by = forms.CharField(
        label="Sites that may frame the map",
        required=False,
        widget=forms.Textarea,
        help_text="One a line, such as https://www.town.example. Left out: every site.",
    )

    def told(self) -> dict[str, Any]:
        """Return what was filled in."""
        given = dict(self.cleaned_data)
        lines = given.pop("framed_by").splitlines()
        given["license_code"] = given.pop("license")
        return {**given, "framed_by": [line for line in lines if line.strip()]}

    @staticmethod
    def initial_of(opening: Opening | None) -> dict[str, Any]:
        """Return what the form shows of what is open."""
        if opening is None:
            return {}
        return {
            "opens_data": opening.opens_data,
            "license": opening.license,
            "opens_spaces": opening.opens_spaces,
            "framed_by": "\n".join(opening.framed_by),
        }
