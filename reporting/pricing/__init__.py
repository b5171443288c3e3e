"""Rates by demand: which hours are priced together, how full they were, what they should cost."""
