"""Long work in the office: what runs, what failed, and another try."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from parkops.jobs import operations, queries
from parkops.jobs.models import Job
from parkops.kernel.permissions import Permission
from parkops.tallies import queries as tallies
from parkops.ui.access import may
from parkops.ui.pages import actor, page, refusals_shown
from parkops.ui.values import Tab

PER_PAGE = 25


@may(Permission.JOB_VIEW)
@require_safe
def job_list(request: HttpRequest) -> HttpResponse:
    """List jobs by state, newest first, what was given up, and what the figures' last check found."""
    state = request.GET.get("state", "")
    state = state if state in Job.State.values else ""
    counts = queries.counts()
    found = Paginator(queries.jobs(state=state), PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "page": found,
        "rows": [queries.row_of(job) for job in found.object_list],
        "tabs": [
            Tab("All", "?", sum(counts.values()), not state),
            *(
                Tab(label, f"?state={value}", counts.get(value, 0), state == value)
                for value, label in Job.State.choices
            ),
        ],
        "given_up": queries.given_up(),
        "checked": tallies.last_check(),
        "may_retry": request.user.may(Permission.JOB_RETRY),
    }
    return page(request, "jobs/office/list.html", context, part="results")


@may(Permission.JOB_RETRY)
@require_POST
@refusals_shown
def retry(request: HttpRequest, job_id: int) -> HttpResponse:
    """Queue a failed or cancelled job again."""
    operations.retry(job_id, by=actor(request), at=timezone.now())
    messages.success(request, "The job waits for a worker again.")
    return redirect("office_jobs:list")


@may(Permission.JOB_RETRY)
@require_POST
@refusals_shown
def cancel(request: HttpRequest, job_id: int) -> HttpResponse:
    """Cancel a job that is not finished."""
    job = operations.cancel(job_id, by=actor(request), at=timezone.now())
    messages.success(request, f"The job is {job.get_state_display().lower()}.")
    return redirect("office_jobs:list")


@may(Permission.JOB_RETRY)
@require_POST
@refusals_shown
def retry_given_up(request: HttpRequest, entry_id: int) -> HttpResponse:
    """Promise again what was given up."""
    operations.retry_given_up(entry_id, by=actor(request), at=timezone.now())
    messages.success(request, "It will be tried again within seconds.")
    return redirect("office_jobs:list")
