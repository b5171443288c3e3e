"""The file of what a department used: the same for the office and for who validates."""

from datetime import datetime

from django.http import HttpRequest, StreamingHttpResponse

from parkops.ui.files import csv_stream
from parkops.ui.pages import actor
from permits import operations
from permits.models import Department
from permits.queries import validations, visitor_files


def uses_file(request: HttpRequest, one: Department, *, at: datetime) -> StreamingHttpResponse:
    """Return a department's uses as a file, having recorded who takes it."""
    count = validations.uses_of(one).count()
    operations.record_export("department", str(one.reference), rows=count, by=actor(request), at=at)
    return csv_stream("uses.csv", visitor_files.uses(one, at=at), tenant=request.tenant)
