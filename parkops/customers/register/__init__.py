"""The register of vehicles: a file that the office loads, or an adapter to somebody else's."""
