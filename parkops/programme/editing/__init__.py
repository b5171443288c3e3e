"""Editing a part of the programme by a form: its shape, its fields, and the way there and back."""
