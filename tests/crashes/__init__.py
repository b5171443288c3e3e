"""The crash matrix: who is killed at which point between a hold and its receipt, and what became of the money.

    make crash-matrix    or    python -m tests.crashes

Each point is a process of its own that does what the web server or a worker does there, and is ended by
SIGKILL at that very call, or ends PostgreSQL or Valkey in the same way. Afterwards the customer or the
clerk tries again where they would, and what beat and the relay run is run. Then the stand-in of the card
provider and the books are asked.
"""
