"""The permits app: answers payments for its charges, and tells customers' pages what it knows."""

from django.apps import AppConfig


class PermitsConfig(AppConfig):
    """Permits and their sale."""

    name = "permits"

    def ready(self) -> None:
        """Register with payments, the time line and the search."""
        from parkops.customers import households, panels, search, timeline
        from parkops.jobs import operations as jobs
        from parkops.messaging.texts import operations as texts
        from parkops.programme import examples, occupancy
        from parkops.programme import queries as programme
        from parkops.tallies import truths
        from payments import settlement
        from permits import tasks
        from permits.operations import bulk, roster, settling, stay_orders, stay_texts
        from permits.operations import households as kept
        from permits.queries import effects, presence, told
        from permits.queries import examples as worked_out
        from permits.queries import panels as shown
        from permits.queries.truths import PERMITS

        settlement.register("permit", settling.PERMIT)
        settlement.register("deposit", settling.DEPOSIT)
        settlement.register("session", stay_orders.SESSION)
        households.register(kept.seal_addresses)
        texts.answered_by(stay_texts.answer)
        jobs.register(bulk.JOB, tasks.do_bulk)
        jobs.register(roster.READ, tasks.do_read_roster)
        jobs.register(roster.APPLY, tasks.do_apply_roster)
        timeline.register(told.moments)
        search.register(told.hits)
        occupancy.register(presence.PAID_STAYS)
        truths.register(PERMITS)
        examples.register("permit_types", worked_out.permit_price)
        programme.register_effects(effects.on_permits)
        examples.register("sessions", worked_out.stay_price)
        panels.register(rights=shown.rights, duties=shown.duties, acts=shown.acts)
