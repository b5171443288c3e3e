"""Plates from pictures: cameras, what they send, what becomes of a read, and who looks at doubt."""
