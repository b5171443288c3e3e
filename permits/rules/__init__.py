"""What the permit rules say. Pure: no database, no clock, no Django."""
