"""Citations of other systems, brought over from files as they are."""
