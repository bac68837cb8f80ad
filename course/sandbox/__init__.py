"""Run a student's code where it can do no harm, and believe nothing that it says.

The walls are built here and not by bubblewrap, which was weighed. It would take over the namespaces
and the mounts, some eighty lines of `launcher.py`; the filter of system calls would have to be
compiled for it here all the same, and so would limits, users, clocks and the sweeping up. It is a
package of distributions and not of Python's index, so a teacher would need an administrator; where
namespaces are switched off it cannot start at all, while the filter, the limits and the clocks hold
there too; and with the second way to build the box everything would have to be proved twice. What
speaks for it is review by many: for that the filter is a list of what is allowed, and every wall is
tried on the machine where it stands.
"""

from .box import Allowance, Box, BoxError
from .protection import Protection, protection

__all__ = ["Allowance", "Box", "BoxError", "Protection", "protection"]
