"""The clock is read at the edge; below it an instant is an argument."""

import pytest

from tests.architecture.code import Module, calls, module_of, modules, name_of

CLOCKS = {
    "timezone.now",
    "timezone.localtime",
    "timezone.localdate",
    "datetime.now",
    "datetime.utcnow",
    "datetime.today",
    "date.today",
    "time.time",
    "datetime.datetime.now",
    "datetime.date.today",
}
EDGE = ("views", "tasks", "api", "commands", "management", "standin")

# These read it, and may: path (or folder) -> why.
MAY_READ = {
    "parkops/accounts/adapter.py": "allauth's own views act through it: a door like a view",
    "parkops/accounts/forms.py": "allauth's own view asks this form for the person: a door like a view",
    "parkops/accounts/models.py": "create_user is called by Django, which gives no instant",
    "parkops/accounts/sessions.py": "Django's own store of sessions asks the clock whether one is over",
    "parkops/jobs/operations.py": "the lease and the progress of work that runs for minutes",
    "parkops/local/": "the embedded servers, the demonstration and the doctor are commands",
    "parkops/public/health.py": "a view: whether the queue is late",
    "parkops/tenancy/later.py": "the leases of the outbox",
    "reporting/middleware.py": "it answers a poll before its view would: a door like a view",
    "reporting/operations/reports.py": "when a run was written, long after it was asked for",
    "parkops/ui/gallery.py": "a view: the page of all components",
    "parkops/ui/tags/lists.py": "a timeline says Today",
}


def reads(module: Module) -> list[str]:
    """Return the places in `module` that ask what time it is."""
    return [
        f"{module.path}:{call.lineno}: {name_of(call.func)}"
        for call in calls(module.tree)
        if name_of(call.func) in CLOCKS
    ]


def _may(module: Module) -> bool:
    return module.is_in(*EDGE) or module.path.startswith(tuple(MAY_READ))


def test_the_clock_is_read_at_the_edge_only():
    assert [place for module in modules() if not _may(module) for place in reads(module)] == []


@pytest.mark.parametrize("path", MAY_READ)
def test_what_is_excused_does_read_it(path):
    assert any(reads(module) for module in modules() if module.path.startswith(path))


@pytest.mark.parametrize(
    "line", ["timezone.now()", "datetime.now(tz=UTC)", "date.today()", "x = [time.time()]"]
)
def test_a_planted_clock_is_found(line):
    assert reads(module_of(line, "permits/rules.py"))
