"""What may be done with people and tokens. Pure: no database, no clock."""

from collections.abc import Collection

from parkops.kernel.decisions import ALLOWED, Decision
from parkops.kernel.permissions import Role, Scope


def may_have_roles(
    roles: Collection[str], *, had: Collection[str], is_self: bool, other_administrators: int
) -> Decision:
    """Decide whether a person who had `had` may get `roles` (none: leaves the staff).

    `other_administrators` counts the active ones besides this person.
    """
    unknown = sorted(set(roles) - {role.value for role in Role})
    if unknown:
        return Decision("unknown_role", f"There is no role {unknown[0]}.", "roles")
    loses = Role.ADMINISTRATOR in had and Role.ADMINISTRATOR not in roles
    if loses and is_self:
        return Decision("self", "Another administrator has to take this role from you.", "roles")
    if loses and other_administrators < 1:
        return Decision("last_administrator", "Somebody has to be administrator.", "roles")
    return ALLOWED


def may_deactivate(*, roles: Collection[str], is_self: bool, other_administrators: int) -> Decision:
    """Decide whether a member of staff may be kept from signing in."""
    if is_self:
        return Decision("self", "You cannot deactivate yourself. Ask another administrator.")
    if Role.ADMINISTRATOR in roles and other_administrators < 1:
        return Decision("last_administrator", "Somebody has to be administrator.")
    return ALLOWED


def may_make_token(*, name: str, scopes: Collection[str]) -> Decision:
    """Decide whether a token may have this name and these scopes."""
    if not name.strip():
        return Decision("name", "Give the token a name that says what uses it.", "name")
    if len(name) > 100:
        return Decision("name", "A name has at most 100 characters.", "name")
    if not scopes:
        return Decision("scopes", "Choose at least one scope.", "scopes")
    known = {scope.value for scope in Scope}
    unknown = sorted(set(scopes) - known)
    if unknown:
        return Decision(
            "scopes",
            f"There is no scope {unknown[0]}. There are: {', '.join(sorted(known))}.",
            "scopes",
        )
    return ALLOWED
