"""From what a function returned to the mistakes that explain it.

A *cell* is one output on one set of inputs. In each cell a result is right, or it is what some
known mistakes would give, or neither.
"""

RIGHT = "right"


def explain(seen, claims):
    """Fewest known mistakes that explain every wrong cell.

    Parameters
    ----------
    seen : dict, cell -> RIGHT, or the set of mistakes that would give just this result
    claims : dict, mistake -> set of cells in which it changes the result; the order decides ties

    Returns
    -------
    mistakes : list
        Each of them gives what was seen in every cell that it changes.
    unexplained : list of wrong cells that none of them covers
    """
    possible = {
        mistake: cells
        for mistake, cells in claims.items()
        if cells and all(seen[cell] is not RIGHT and mistake in seen[cell] for cell in cells)
    }
    wrong = {cell for cell, found in seen.items() if found is not RIGHT}
    mistakes = []
    while possible:
        best = max(possible, key=lambda mistake: len(possible[mistake] & wrong))
        if not possible[best] & wrong:
            break
        mistakes.append(best)
        wrong -= possible[best]
    return mistakes, [cell for cell in seen if cell in wrong]
