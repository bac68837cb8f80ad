"""An archive as the platform gives it, unpacked where nothing in it can do harm."""

import shutil
import stat
import zipfile
from pathlib import Path

LARGEST_MB, MOST_FILES, LARGEST_FILE_MB = 4000, 50_000, 40


def unpacked(archive, folder):
    """Unpack a zip into a folder beside the marks and return that; once for the same archive.

    Left out, and named in the second thing returned: links, paths that lead out of the folder, and
    what is larger than a hand-in may be.
    """
    archive = Path(archive)
    status = archive.stat()
    target = Path(folder) / f"{archive.stem}-{status.st_size:x}-{int(status.st_mtime):x}"
    left_out = []
    if target.is_dir():
        return target, left_out
    aside = target.with_name(f".{target.name}.part")
    shutil.rmtree(aside, ignore_errors=True)
    aside.mkdir(parents=True)
    try:
        with zipfile.ZipFile(archive) as zipped:
            _unpack(zipped, aside, left_out)
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError) as problem:
        raise ValueError(f"{archive} is not a zip that can be opened: {problem}") from None
    aside.rename(target)
    return target, left_out


def _unpack(zipped, folder, left_out):
    entries = zipped.infolist()
    if len(entries) > MOST_FILES or sum(e.file_size for e in entries) > LARGEST_MB * 2**20:
        raise ValueError(f"{zipped.filename} holds more than a class hands in")
    for entry in entries:
        parts = [part for part in entry.filename.replace("\\", "/").split("/") if part]
        link = stat.S_ISLNK(entry.external_attr >> 16)
        if entry.is_dir():
            continue
        if link or not parts or ".." in parts or entry.filename.startswith("/"):
            left_out.append(f"{entry.filename[:200]} was not unpacked: it leads elsewhere")
            continue
        if entry.file_size > LARGEST_FILE_MB * 2**20:
            left_out.append(f"{entry.filename[:200]} was not unpacked: it is too large")
            continue
        path = folder.joinpath(*parts)
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            with zipped.open(entry) as source, path.open("xb") as file:
                shutil.copyfileobj(source, file)
        except OSError as problem:
            left_out.append(f"{entry.filename[:200]} was not unpacked ({problem.strerror})")
