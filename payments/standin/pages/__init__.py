"""The pages of the stand-in: the one where a customer pays, and the ones behind the scenes."""
