"""A citation on paper: what stands on it, once, and how each kind of printer is told."""
