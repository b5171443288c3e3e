"""The template tags of ParkOps; the tags themselves are in `parkops.ui.tags`."""
