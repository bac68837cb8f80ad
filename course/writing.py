"""Write files whole or not at all: a disk that is full, or an interruption, leaves the old file."""

import contextlib
import os
import secrets
import shutil
from pathlib import Path


def write_whole(path, content, *, sync=False, mode=0o666):
    """Write a file aside and move it into place; on any failure the old file stays as it was.

    Parameters
    ----------
    path : where to; through a link, the file that it points to is written
    content : text, written as UTF-8, or bytes
    mode : of a new file, less what the user's mask takes away
    sync : wait until it is on the disk, for what cannot be computed again
    """
    path = Path(os.path.realpath(path))
    aside = path.with_name(f".{secrets.token_hex(6)}.part")
    data = content if isinstance(content, bytes) else content.encode("utf-8", "replace")
    try:
        with open(os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "wb") as file:
            _put(file, data)
            if sync:
                os.fsync(file.fileno())
        if path.exists():
            shutil.copymode(path, aside)
        os.replace(aside, path)
    except BaseException:
        with contextlib.suppress(OSError):
            aside.unlink()
        raise


def _put(file, data):
    file.write(data)
    file.flush()
