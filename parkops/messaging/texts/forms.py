"""Texting in from the mailbox."""

from django import forms

from parkops.messaging.texts.phones import phone_number


class TextInForm(forms.Form):
    """A phone and its words."""

    phone = forms.CharField(
        label="From the phone", max_length=40, initial="+12125550100", help_text="With its country."
    )
    words = forms.CharField(label="Text", max_length=1_600, initial="HELP")

    def clean_phone(self) -> str:
        """Return the number as it is kept."""
        try:
            return phone_number(self.cleaned_data["phone"])
        except ValueError as error:
            raise forms.ValidationError(str(error)) from error
