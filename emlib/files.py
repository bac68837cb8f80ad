"""Parameters in a file: JSON, which any language reads and which runs no code when opened."""

import json
import os
from pathlib import Path

from .mixture import Parameters

FORMAT = "emlib.Parameters 1"
FIELDS = ("weights", "means", "covariances", "covariance_type")


def save(path: str | os.PathLike[str], parameters: Parameters) -> None:
    """Write the parameters of a mixture to a file, to the last bit.

    Parameters
    ----------
    path : str or path; a file that is there is replaced
    parameters : Parameters, those of a fit are ``result.parameters``

    Raises
    ------
    ValueError
        What was given is not `emlib.Parameters`.

    Examples
    --------
    >>> import os, tempfile
    >>> two = emlib.Parameters([0.5, 0.5], [[0.0], [4.0]], [1.0, 1.0], "spherical")
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = os.path.join(folder, "two.json")
    ...     emlib.save(path, two)
    ...     emlib.load(path).means.tolist()
    [[0.0], [4.0]]
    """
    if not isinstance(parameters, Parameters):
        raise ValueError(
            f"parameters must be emlib.Parameters; got {type(parameters).__name__}. "
            "Those of a fit are result.parameters."
        )
    arrays = {name: getattr(parameters, name).tolist() for name in FIELDS[:3]}
    contents = {"format": FORMAT, "covariance_type": parameters.covariance_type, **arrays}
    Path(path).write_text(json.dumps(contents) + "\n", encoding="utf-8")


def load(path: str | os.PathLike[str]) -> Parameters:
    """Read the parameters that `emlib.save` wrote.

    Parameters
    ----------
    path : str or path

    Returns
    -------
    parameters : Parameters

    Raises
    ------
    ValueError
        Names the file, and what is wrong with it.

    Examples
    --------
    >>> try:
    ...     emlib.load(emlib.__file__)
    ... except ValueError as error:
    ...     print("is not a file of emlib.save" in str(error))
    True
    """
    try:
        contents = json.loads(Path(path).read_text(encoding="utf-8"))
    except ValueError as error:  # not UTF-8, or not JSON
        raise ValueError(f"{path} is not a file of emlib.save: {error}.") from error
    if not isinstance(contents, dict) or contents.get("format") != FORMAT:
        raise ValueError(f"{path} is not a file of emlib.save: its format is not {FORMAT!r}.")
    lacking = [name for name in FIELDS if name not in contents]
    if lacking:
        raise ValueError(f"{path} lacks {', '.join(lacking)}; save the parameters again.")
    try:
        return Parameters(*(contents[name] for name in FIELDS))
    except ValueError as error:
        raise ValueError(f"{path}: {error}") from error
