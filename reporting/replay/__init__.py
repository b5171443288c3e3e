"""A draft of the program tried on what happened: nothing is changed, what differs is told."""
