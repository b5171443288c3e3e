"""The forms of signing in and of the staff's pages."""

from typing import Any

from allauth.account import forms as allauth
from django import forms
from django.utils import timezone

from parkops.accounts import operations
from parkops.kernel.permissions import Role, Scope
from parkops.ui.fields import DayField


class _Plain(forms.Form):
    """Takes away allauth's placeholders and links: our pages have labels and hints of their own."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            field.widget.attrs.pop("placeholder", None)
            field.help_text = ""


class LoginForm(_Plain, allauth.LoginForm):
    """Asks for e-mail address and password."""


class SignupForm(_Plain, allauth.SignupForm):
    """Asks for an e-mail address and a password of one's own."""


class ChangePasswordForm(_Plain, allauth.ChangePasswordForm):
    """Asks for the present password and a new one."""


class SetPasswordForm(_Plain, allauth.SetPasswordForm):
    """Asks somebody who signs in by code for a password."""


class ResetPasswordForm(_Plain, allauth.ResetPasswordForm):
    """Asks whose password to set anew."""


class ResetPasswordKeyForm(_Plain, allauth.ResetPasswordKeyForm):
    """Asks for the new password."""


class ReauthenticateForm(_Plain, allauth.ReauthenticateForm):
    """Asks for the password once more."""


class CodeForm(_Plain, allauth.RequestLoginCodeForm):
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
        choices=[(role.value, role.label.capitalize()) for role in Role],
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
    expires_on = DayField(label="Last day", required=False)
