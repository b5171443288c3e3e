"""The questions that the office asks of its own data, a page each: answered by reports and forecasts."""
