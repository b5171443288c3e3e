"""The Celery app: queues, and the rhythm of scheduled work."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "parkops.settings")

app = Celery("parkops")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()

# Each entry runs in every active tenant; each task is safe to run twice.
EVERY_TENANT = {
    "permits.expire_holds": 30.0,
    "permits.expire_permits": 300.0,
    "permits.check_quotas": 3600.0,
    "permits.follow_eligibility": 300.0,
    "permits.take_dropped_rosters": 60.0,
    "permits.remind": 3600.0,
    "permits.remind_of_stays": 60.0,
    "permits.forget_documents": 21_600.0,
    "permits.end_temporary_vehicles": 3600.0,
    "permits.close_short_carpools": 3600.0,
    "payments.settle_open_checkouts": 60.0,
    "payments.apply_events": 30.0,
    "payments.remind_payers": 21_600.0,
    "payments.bring_charges_up_to_date": 21_600.0,
    "payments.keep_balances": 3600.0,
    "payments.reconcile": 3600.0,
    "payments.follow_plans": 3600.0,
    "enforcement.advance_citations": 3600.0,
    "enforcement.hold_doubtful": 300.0,
    "enforcement.follow_appeals": 3600.0,
    "enforcement.erase_reads": 3600.0,
    "enforcement.forget_field": 3600.0,
    "tallies.add_up": 60.0,
    "programme.refresh_tenant": 600.0,
    "reporting.forget_expired_files": 3600.0,
    "reporting.run_schedules": 60.0,
    "reporting.watch_limits": 60.0,
    "reporting.estimate": 20.0,
}

# Each runs in every active tenant when its night is over by its own clocks; each is safe to run twice.
EVERY_NIGHT = (
    "permits.forget_old",
    "payments.post_accruals",
    "payments.reconcile_month",
    "payments.prove_books",
    "tallies.check",
    "api.forget_old_keys",
    "accounts.forget_unconfirmed",
    "reporting.refresh_open_figures",
)
LOOKED_SECONDS = 600.0

app.conf.beat_schedule = {
    "relay": {"task": "tenancy.relay_outbox", "schedule": 10.0},
    "demonstration": {
        "task": "tenancy.fan_out",
        "schedule": 20.0,
        "kwargs": {
            "task": "local.demonstration_step",
            "every": 20.0,
            "demonstration_only": True,
        },
    },
    **{
        task: {
            "task": "tenancy.fan_out",
            "schedule": seconds,
            "kwargs": {"task": task, "every": seconds},
        }
        for task, seconds in EVERY_TENANT.items()
    },
    **{
        task: {
            "task": "tenancy.fan_out_nightly",
            "schedule": LOOKED_SECONDS,
            "kwargs": {"task": task},
        }
        for task in EVERY_NIGHT
    },
}
