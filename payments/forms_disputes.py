"""What a bank is told about a payment that it disputes."""

from django import forms


class EvidenceForm(forms.Form):
    """The words that go to the bank; all of them are text."""

    product_description = forms.CharField(
        label="What was paid for", required=False, max_length=2_000
    )
    customer_name = forms.CharField(label="Customer", required=False, max_length=200)
    customer_email_address = forms.EmailField(label="E-mail", required=False, max_length=254)
    service_date = forms.CharField(label="On", required=False, max_length=40)
    uncategorized_text = forms.CharField(
        label="What the bank should know",
        required=False,
        max_length=10_000,
        widget=forms.Textarea(attrs={"rows": 10}),
    )
