"""Zones out of the files of others: GeoJSON, KML and CurbLR, each zone proposed or refused in words."""
