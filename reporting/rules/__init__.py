"""What is decided in reporting, by values alone: no database, no clock."""
