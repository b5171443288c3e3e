"""Who calls the API: a bearer token of this tenant, with the scopes that it carries."""

from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.http import HttpRequest
from django.utils import timezone
from ninja.security import HttpBearer

from parkops.accounts import operations as accounts
from parkops.accounts import queries as account_queries
from parkops.api import limits
from parkops.api.problems import Problem, no_token
from parkops.kernel.actors import Actor
from parkops.kernel.permissions import Scope


@dataclass(frozen=True, slots=True)
class Caller:
    """The token behind a request: its id, its scopes, and how its acts are signed."""

    token_id: int
    scopes: frozenset[str]
    actor: Actor

    def has(self, scope: Scope) -> bool:
        """Return whether the token carries `scope`; `admin` includes all."""
        return scope.value in self.scopes or Scope.ADMIN.value in self.scopes

    def require(self, scope: Scope) -> None:
        """Do nothing if the token carries `scope`.

        :raises Problem: 403 otherwise.
        """
        if not self.has(scope):
            raise Problem(403, "missing_scope", f"The token lacks the scope {scope.value}.")


class Bearer(HttpBearer):
    """Authenticates by `Authorization: Bearer TOKEN`, then asks for one scope, or for none."""

    def __init__(self, scope: Scope | None) -> None:
        super().__init__()
        self.scope = scope

    def authenticate(self, request: HttpRequest, token: str) -> Any:
        """Return the caller.

        :raises Problem: 401 for an unknown token, 403 without the scope, 429 above its limit.
        """
        now = timezone.now()
        found = account_queries.usable_token(token.strip(), at=now)
        if found is None:
            limits.require(
                f"{connection.schema_name}:unknown:{limits.address(request)}", per_second=20
            )
            raise no_token()
        limits.require(
            f"{connection.schema_name}:token:{found.pk}", per_second=found.requests_per_second
        )
        accounts.note_token_use(found, at=now)
        caller = Caller(
            found.pk, frozenset(found.scopes), Actor("token", str(found.pk), found.name)
        )
        if self.scope is not None:
            caller.require(self.scope)
        return caller


def needs(scope: Scope) -> Bearer:
    """Return the guard of an operation that needs `scope`."""
    return Bearer(scope)


any_token = Bearer(None)
"""The guard of an operation that any token of the tenant may call."""
