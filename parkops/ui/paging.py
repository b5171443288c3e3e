"""Pages of long lists, of which nobody waits for the exact number."""

from typing import Any

from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.utils.functional import cached_property

COUNTED = 10_000
"""Rows beyond this many are not counted; who wants one of them searches."""


class LongPaginator(Paginator):
    """Counts no more rows than `COUNTED`; `has_more` says that there are more."""

    object_list: QuerySet[Any]

    @cached_property
    def counted(self) -> int:
        """How many rows there are, or one more than `COUNTED`."""
        return self.object_list.order_by().values("pk")[: COUNTED + 1].count()

    @property
    def count(self) -> int:
        """How many rows have a page."""
        return min(self.counted, COUNTED)

    @property
    def has_more(self) -> bool:
        """Whether there are rows beyond those that have a page."""
        return self.counted > COUNTED
