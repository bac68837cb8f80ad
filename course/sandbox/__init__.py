"""Run a student's code where it can do no harm, and believe nothing that it says."""

from .box import Allowance, Box, BoxError
from .protection import Protection, protection

__all__ = ["Allowance", "Box", "BoxError", "Protection", "protection"]
