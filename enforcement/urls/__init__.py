"""Addresses of enforcement's pages, by surface."""
