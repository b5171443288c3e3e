"""The forms of signing in and of the staff's pages."""

from allauth.account.forms import RequestLoginCodeForm
from django import forms
from django.utils import timezone

from parkops.accounts import operations
from parkops.kernel.permissions import Role, Scope


class CodeForm(RequestLoginCodeForm):
    """Asks for an e-mail address; one that nobody has begins a person without a password."""

    def clean_email(self) -> str:
        """Return the address, known from here on: the answer is the same whether it was before."""
        email = super().clean_email()
        person = operations.begin_by_code(email, at=timezone.now())
        self._user = person if person.is_active else None
        return email


class PasswordForm(forms.Form):
    """Asks for a first password."""

    password = forms.CharField(
        label="Password",
        strip=False,
        max_length=200,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )


class RolesForm(forms.Form):
    """Asks which roles a member of staff has."""

    roles = forms.MultipleChoiceField(
        label="Roles",
        choices=[(role.value, role.value.capitalize()) for role in Role],
        widget=forms.CheckboxSelectMultiple,
    )


class InviteForm(RolesForm):
    """Asks whom to invite, and as what."""

    email = forms.EmailField(label="E-mail", max_length=254)
    name = forms.CharField(label="Name", max_length=200, required=False)
    field_order = ["email", "name", "roles"]


class TokenForm(forms.Form):
    """Asks what a new token is for, what it may do, and until when."""

    name = forms.CharField(label="Name", max_length=100)
    scopes = forms.MultipleChoiceField(
        label="Scopes",
        choices=[(scope.value, scope.value) for scope in Scope],
        widget=forms.CheckboxSelectMultiple,
    )
    expires_on = forms.DateField(
        label="Last day",
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}),
    )
