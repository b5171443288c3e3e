"""What the rules of enforcement say. Pure: no database, no clock, no Django."""
