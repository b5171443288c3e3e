"""ParkOps as people meet it: real pages of a real server in a real Chromium."""
