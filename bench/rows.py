"""Rows in bulk: copies of one row with other values in some columns."""

from collections.abc import Iterable
from typing import Any
from uuid import uuid4

from django.db import connection
from psycopg.types.json import Jsonb


def write(model: Any, rows: Iterable[dict[str, Any]], *, like: Any) -> None:
    """Write rows that are `like` one but for some columns, by COPY; each has UUIDs of its own."""
    fields = [field for field in model._meta.concrete_fields if not field.primary_key]
    names = ", ".join(f'"{field.column}"' for field in fields)
    plain = {field.attname: _value(field, getattr(like, field.attname)) for field in fields}
    own_ids = [
        field.attname
        for field in fields
        if field.get_internal_type() == "UUIDField" and plain[field.attname] is not None
    ]
    with connection.cursor() as cursor:
        link = cursor.connection
        with (
            link.cursor() as own,
            own.copy(f'COPY "{model._meta.db_table}" ({names}) FROM STDIN') as copy,
        ):
            for row in rows:
                given = {**plain, **{name: uuid4() for name in own_ids}, **row}
                copy.write_row([given[field.attname] for field in fields])


def _value(field: Any, value: Any) -> Any:
    return Jsonb(value) if field.get_internal_type() == "JSONField" else value
