"""What Stripe keeps, one module a kind: its shape, its rules, its calls."""
