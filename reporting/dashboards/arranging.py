"""What is done to an arrangement: a piece goes up or down among its kind, is hidden, or shown. Pure."""

from collections.abc import Callable, Sequence

UP, DOWN, HIDE, SHOW = "up", "down", "hide", "show"
ACTS = (UP, DOWN, HIDE, SHOW)


def after(
    pieces: Sequence[str], act: str, code: str, *, kind_of: Callable[[str], object]
) -> list[str]:
    """Return the pieces after `act` on one: what cannot go further, or is so already, stays as it is.

    Pieces of one kind pass each other; where those of another kind stand between does not matter.
    """
    found = list(pieces)
    if act == SHOW and code not in found:
        return [*found, code]
    if act == HIDE:
        return [piece for piece in found if piece != code]
    if act not in (UP, DOWN) or code not in found:
        return found
    alike = [place for place, piece in enumerate(found) if kind_of(piece) == kind_of(code)]
    here = alike.index(found.index(code))
    there = here + (1 if act == DOWN else -1)
    if 0 <= there < len(alike):
        a, b = alike[here], alike[there]
        found[a], found[b] = found[b], found[a]
    return found
