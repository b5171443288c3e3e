"""Tables are as the house builds them."""

from django.apps import apps
from django.conf import settings
from django.db import models

from tests.architecture.code import PACKAGES

OURS = [model for model in apps.get_models() if model.__module__.startswith(PACKAGES)]
PUBLIC = {"tenancy"}

# Whose key is the thing itself.
KEYED_BY_NAME = {"tenancy.Rhythm", "programme.Series", "payments.LedgerAccount"}
# Columns of libraries whose models ours build on.
NAMED_BY_OTHERS = {
    "tenancy.Tenant.schema_name",
    "tenancy.Domain.domain",
    "tenancy.Domain.is_primary",
}
# Instants that read better by another word than "_at".
INSTANTS = ("_at", "_until", "_by")


def fields(*, own: bool = True):
    """Yield every column of our models as (app.Model.column, field)."""
    for model in OURS:
        for field in model._meta.local_fields:
            label = f"{model._meta.label}.{field.name}"
            if not own or label not in NAMED_BY_OTHERS:
                yield label, field


def test_there_are_models():
    assert len(OURS) > 20


def test_keys_are_big_numbers():
    for model in OURS:
        if model._meta.label not in KEYED_BY_NAME:
            assert isinstance(model._meta.pk, models.BigAutoField), model._meta.label


def test_no_model_orders_itself_saves_its_own_way_or_deletes_its_own_way():
    for model in OURS:
        assert not model._meta.ordering, model._meta.label
        for name in ("save", "delete", "clean", "full_clean", "save_base"):
            assert name not in vars(model), f"{model._meta.label}.{name}"


def test_nothing_in_a_tenant_points_into_the_public_schema():
    for label, field in fields(own=False):
        if field.is_relation and field.model._meta.app_label not in PUBLIC:
            assert field.related_model._meta.app_label not in PUBLIC, label


def test_apps_point_down_only():
    order = [name.rpartition(".")[2] for name in settings.TENANT_APPS]
    for label, field in fields(own=False):
        if field.is_relation and field.model._meta.app_label in order:
            own, other = field.model._meta.app_label, field.related_model._meta.app_label
            assert order.index(other) <= order.index(own), label


def test_what_others_point_at_is_protected():
    for label, field in fields():
        own = field.model._meta.app_label
        if field.is_relation and own not in {*PUBLIC, field.related_model._meta.app_label}:
            assert field.remote_field.on_delete is models.PROTECT, label


def test_constraints_and_indexes_have_names_and_hang_on_the_table():
    for model in OURS:
        for thing in [*model._meta.constraints, *model._meta.indexes]:
            assert thing.name.islower(), f"{model._meta.label}: {thing.name}"
            assert len(thing.name) <= 63, thing.name
    for label, field in fields():
        if not field.is_relation and not field.primary_key:
            assert not field.unique, f"{label}: a named UniqueConstraint says it"
            assert not field.db_index, f"{label}: an Index of Meta says it"


def test_names_of_constraints_are_used_once():
    names = [
        thing.name for model in OURS for thing in [*model._meta.constraints, *model._meta.indexes]
    ]
    assert sorted(names) == sorted(set(names))


def test_columns_say_their_kind():
    inherited = {"accounts.User.last_login"}
    for label, field in fields():
        name = field.name
        if isinstance(field, models.DateTimeField):
            assert name == "at" or name.endswith(INSTANTS) or label in inherited, label
        elif isinstance(field, models.DateField):
            assert name.endswith("_on"), label
        if name.endswith("_minor"):
            assert isinstance(field, models.BigIntegerField), label
        if isinstance(field, models.FloatField):
            assert name.endswith("_share") or name in {"lat", "lon"}, (
                f"{label}: money is never a float"
            )
        assert not isinstance(field, models.DecimalField), f"{label}: money is whole minor units"
