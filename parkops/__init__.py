"""ParkOps: the platform under permits, enforcement, payments and reporting."""

from parkops.celery import app as celery_app

__all__ = ["celery_app"]
