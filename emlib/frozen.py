"""Results that nobody can change: read-only arrays in frozen dataclasses."""

import numpy as np


class Frozen:
    """Holds arrays that nobody can change, in a copy and in what was read from a pickle too."""

    def __setstate__(self, state):
        for value in state.values():
            if isinstance(value, np.ndarray):
                value.setflags(write=False)
        vars(self).update(state)


def freeze(instance, **arrays):
    """Set attributes of a frozen dataclass to read-only copies."""
    for name, value in arrays.items():
        array = np.array(value, dtype=np.float64)
        array.flags.writeable = False
        object.__setattr__(instance, name, array)


def adopt(cls, covariance_type, **arrays):
    """Make a frozen instance of arrays that were checked and that nobody else will change."""
    instance = object.__new__(cls)
    for array in arrays.values():
        array.setflags(write=False)
    vars(instance).update(arrays, covariance_type=covariance_type)
    return instance
