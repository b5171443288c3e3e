"""What reporting reads: live figures, the day's feed, runs of reports."""
