"""The jobs app."""

from django.apps import AppConfig


class JobsConfig(AppConfig):
    """Long work with a lease, attempts and progress."""

    name = "parkops.jobs"
    label = "jobs"

    def ready(self) -> None:
        """Keep the figures of jobs, and of work that was given up."""
        from parkops.jobs import figures
        from parkops.tallies import truths
        from parkops.tenancy import later

        truths.register(figures.TRUTH)
        later.register_given_up(figures.count_given_up)
