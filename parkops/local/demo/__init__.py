"""The demonstration: two tenants with a season behind them and a day going on, made by operations."""
