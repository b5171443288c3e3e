"""The reporting app."""

from django.apps import AppConfig


class ReportingConfig(AppConfig):
    """Live counts and reports; reads only."""

    name = "reporting"

    def ready(self) -> None:
        from parkops.jobs import operations as jobs
        from reporting import operations, tasks
        from reporting.replay import operations as replays

        jobs.register(operations.JOB, operations.make_report)
        jobs.register(replays.JOB, tasks.work_replay)
