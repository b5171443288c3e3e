"""What can be done in reporting, one subject a file."""
