"""The payments app: tells the pages about customers, and the search, what it knows."""

from django.apps import AppConfig


class PaymentsConfig(AppConfig):
    """Charges, payments and the ledger."""

    name = "payments"

    def ready(self) -> None:
        """Register with the time line, the search and the customers' pages."""
        from parkops.customers import panels, search, timeline
        from parkops.jobs import operations as jobs
        from parkops.messaging import enclosures
        from parkops.tallies import truths
        from payments import gateways, invoice_pages, settlement, shown, tasks
        from payments.gateways.transfer import BankTransfer
        from payments.operations import gifts, invoice_runs
        from payments.queries.truths import MONEY

        gateways.register(BankTransfer)
        truths.register(MONEY)
        settlement.register(gifts.KIND, gifts.RAISER)

        timeline.register(shown.moments)
        search.register(shown.hits)
        panels.register(debts=shown.debts, acts=shown.acts)
        jobs.register(invoice_runs.JOB, tasks.do_invoice_run)
        enclosures.register("invoice", invoice_pages.enclosed)
