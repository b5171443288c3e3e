"""The enforcement app."""

from django.apps import AppConfig


class EnforcementConfig(AppConfig):
    """Plate checks, citations and appeals."""

    name = "enforcement"

    def ready(self) -> None:
        """Answer for the charges of citations; tell the customer's page and the search."""
        from enforcement.operations import looks, releases, settling
        from enforcement.operations.appeal_letters import APPEAL_LETTER
        from enforcement.printing import decision
        from enforcement.queries import boot_pages, counts, customers, effects, presence
        from enforcement.queries import examples as worked_out
        from enforcement.queries.citations import KIND
        from enforcement.queries.truths import ENFORCEMENT
        from parkops.customers import search, timeline
        from parkops.messaging import enclosures
        from parkops.programme import examples, occupancy
        from parkops.programme import queries as programme
        from parkops.tallies import truths
        from payments import settlement

        settlement.register(KIND, settling.RAISER)
        for kind, raiser in releases.RAISERS.items():
            settlement.register(kind, raiser)
        timeline.register(customers.moments)
        timeline.register(boot_pages.moments)
        search.register(customers.hits)
        search.register_watcher(looks.note_search)
        occupancy.register(presence.LAST_SEEN)
        occupancy.register_counts(counts.newest)
        truths.register(ENFORCEMENT)
        programme.register_effects(effects.on_citations)
        enclosures.register(APPEAL_LETTER, decision.enclosed)
        examples.register("violations", worked_out.fine_over_time)
