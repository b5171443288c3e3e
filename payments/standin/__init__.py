"""A stand-in for Stripe: enough of its API, with state, to buy, refund and dispute offline.

It is a program of its own (`python -m payments.standin`), knows nothing of ParkOps, and speaks to
it as Stripe does: over HTTP, with the SDK on the other side and signed webhooks coming back. It
can also misbehave on request: see `faults`. It takes test keys only and never asks for a card.
"""
