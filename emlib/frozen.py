"""Results that nobody can change: read-only arrays in frozen dataclasses."""

import numpy as np


class Frozen:
    """Holds arrays that nobody can change, in a copy and in what was read from a pickle too."""

    def __getattr__(self, name):
        """Make what was promised (`promise`), when the first of it is asked for."""
        if "_make" not in vars(self) or name not in type(self).__dataclass_fields__:
            raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}")
        vars(self).update(vars(self._make()))
        return getattr(self, name)

    def __getstate__(self):
        for name in type(self).__dataclass_fields__:
            getattr(self, name)
        return {name: value for name, value in vars(self).items() if name != "_make"}

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


def promise(cls, covariance_type, make, **known):
    """Like `adopt`, for arrays that are those of make(), once one of them is asked for."""
    instance = object.__new__(cls)
    vars(instance).update(known, covariance_type=covariance_type, _make=make)
    return instance
