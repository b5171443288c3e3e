"""What the pages of hangtags ask."""

from django import forms


class ReceiveForm(forms.Form):
    """Asks for hangtags that came in."""

    name = forms.CharField(label="Delivery", required=False, max_length=100)
    prefix = forms.CharField(  # type: ignore[assignment]  # its form has no prefix of its own
        label="Prefix", required=False, max_length=12
    )
    first = forms.IntegerField(label="First number", min_value=0, max_value=99_999_999)
    last = forms.IntegerField(label="Last number", min_value=0, max_value=99_999_999)
    price = forms.DecimalField(
        label="Price each", required=False, min_value=0, max_digits=9, decimal_places=2
    )


class HandOutForm(forms.Form):
    """Asks which hangtags go to whom."""

    first = forms.CharField(label="First hangtag", max_length=24)
    last = forms.CharField(label="Last hangtag", max_length=24)
    place = forms.CharField(
        label="To (clerk or location)",
        required=False,
        max_length=100,
        help_text="Left out: back to the store.",
    )


class ReturnForm(forms.Form):
    """Asks which hangtag came back."""

    tag = forms.CharField(label="Hangtag", max_length=24)
    is_spoiled = forms.BooleanField(label="Spoiled: never give it again", required=False)
    reason = forms.CharField(label="Note", required=False, max_length=200)


class CountForm(forms.Form):
    """Asks what was counted."""

    place = forms.CharField(
        label="Counted at", required=False, max_length=100, help_text="Left out: the store."
    )
    found = forms.CharField(
        label="Numbers found",
        required=False,
        max_length=200_000,
        widget=forms.Textarea(attrs={"rows": 4, "spellcheck": "false"}),
        help_text="Scanned or typed, one a line.",
    )


class TagForm(forms.Form):
    """Asks for one hangtag."""

    tag = forms.CharField(
        label="Hangtag",
        max_length=24,
        error_messages={"required": "Scan or type the number."},
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )


class LossForm(forms.Form):
    """Asks what happened to a hangtag."""

    kind = forms.ChoiceField(
        label="What happened?",
        choices=[("lost", "It is lost"), ("stolen", "It was stolen")],
        error_messages={"required": "Say whether it was lost or stolen."},
    )
    police_reference = forms.CharField(
        label="Police report number",
        required=False,
        max_length=100,
        help_text="If you reported it to the police.",
    )
