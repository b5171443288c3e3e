"""The front pages: a tenant's, and the platform's own."""
