"""Tells mypy of attributes that are there at run time only, put there by middleware and by libraries.

Without it each use would need an ignore of its own, and a typing mistake beside it would pass unseen.
"""

from collections.abc import Callable

from mypy.nodes import MDEF, SymbolTableNode, Var
from mypy.plugin import AttributeContext, ClassDefContext, Plugin
from mypy.types import AnyType, Instance, Type, TypeOfAny, UnionType
from mypy_django_plugin.lib.helpers import get_typechecker_api, lookup_fully_qualified_typeinfo

ADDED = {
    # By our middleware (tenancy, API, polls), by django-htmx, and by the API for a claimed key.
    "django.http.request.HttpRequest": (
        *("tenant", "auth", "htmx", "found"),
        *("idempotency_claim", "idempotency_key"),
    ),
    # By the database backend of django-tenants.
    "django.db.backends.base.base.BaseDatabaseWrapper": (
        *("tenant", "schema_name", "set_tenant", "set_schema_to_public"),
        "health_check_done",
    ),
    # By kinds of field: `form.fields["zone"]` has no type that says which kind it is.
    "django.forms.fields.Field": ("choices", "min_value", "max_value"),
    # By the decorators of `parkops.ui.access` and `parkops.api.door`.
    "functools._Wrapped": ("access", "csrf_exempt"),
}
# Views put the rows to show in place of the page's records.
LIST = "django.core.paginator.Page.object_list"
USER = "django.http.request.HttpRequest.user"
PERSON = "parkops.accounts.models.User"


class Known(Plugin):
    """Adds the attributes above; `request.user` is a person of ours, or nobody."""

    def get_customize_class_mro_hook(
        self, fullname: str
    ) -> Callable[[ClassDefContext], None] | None:
        """Return what adds to a class."""
        return _add if fullname in ADDED else None

    def get_attribute_hook(self, fullname: str) -> Callable[[AttributeContext], Type] | None:
        """Return what says the type of an attribute."""
        return {USER: _user, LIST: _anything}.get(fullname)


def _add(context: ClassDefContext) -> None:
    info = context.cls.info
    for name in ADDED[context.cls.fullname]:
        if name not in info.names:
            added = Var(name, AnyType(TypeOfAny.explicit))
            added.info, added._fullname = info, f"{info.fullname}.{name}"
            info.names[name] = SymbolTableNode(MDEF, added, plugin_generated=True)


def _user(context: AttributeContext) -> Type:
    # Behind `@may` and `@customer_only` it is a person; before, `is_authenticated` says so.
    anybody = AnyType(TypeOfAny.explicit)
    person = lookup_fully_qualified_typeinfo(get_typechecker_api(context), PERSON)
    return UnionType([Instance(person, []), anybody]) if person else anybody


def _anything(context: AttributeContext) -> Type:
    return AnyType(TypeOfAny.explicit)


def plugin(version: str) -> type[Plugin]:
    """Return the plugin, for mypy of any version."""
    return Known
