"""The reporting app."""

from django.apps import AppConfig


class ReportingConfig(AppConfig):
    """Live counts and reports; reads only."""

    name = "reporting"

    def ready(self) -> None:
        from parkops.jobs import operations as jobs
        from parkops.programme import trying
        from reporting import tasks
        from reporting.operations import delivery, reports
        from reporting.replay import operations as replays
        from reporting.replay import trier

        jobs.register(reports.JOB, reports.make_report, over=delivery.report_is_over)
        jobs.register(replays.JOB, tasks.work_replay)
        trying.register(trier)
