"""Forecasts of what repeats week by week, with how they would have done. Pure: no database, no clock."""
