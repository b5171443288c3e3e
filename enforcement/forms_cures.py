"""What is asked of who shows a proof."""

from django import forms


class ProofForm(forms.Form):
    """A picture of the proof."""

    picture = forms.FileField(
        label="Picture", error_messages={"required": "Take or choose a picture."}
    )
    name = forms.CharField(
        label="Your name", max_length=200, error_messages={"required": "Type your name."}
    )
    email = forms.EmailField(label="E-mail for the answer", required=False)
    text = forms.CharField(label="Anything we should know?", max_length=1_000, required=False)
