"""What is asked about checks, citations and appeals, by pages, the API and the apps above."""
