"""Run a student's code where it can do no harm, and believe nothing that it says."""

from .box import Box, BoxError
from .protection import Protection, protection

__all__ = ["Box", "BoxError", "Protection", "protection"]
