"""What the office sees of the day: figures and panels, a desk for each role, as each person arranges it.

`look` is what they are drawn from, `figures` and `panels` are the pieces, `desks` says which role begins with
which, `today` how the live figures are said.
"""
