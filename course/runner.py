"""A folder of hand-ins: graded side by side, taken up again where it stopped."""

import contextlib
import hashlib
import json
import re
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from tqdm import tqdm

from .grade import Grader
from .handin import LARGEST_MB
from .sandbox.border import clean
from .sandbox.protection import launch_settings
from .writing import write_whole

HERE = Path(__file__).parent


def grade_folder(
    key, entries, out, *, walls, jobs=2, quiet=False, again=False, seconds=10.0, only=()
):
    """Grade every entry that has no result yet, or whose file, source or grader has changed.

    Parameters
    ----------
    key : course.answer_key.Key
    entries : list of course.roster.Entry
    out : folder of the results
    walls : whether workers stand behind namespaces
    jobs : how many at a time
    quiet : no progress bar
    again : grade all anew
    seconds : computing time of one statement or call of a notebook
    only : names of questions to grade anew; the others keep what an earlier result says

    Returns
    -------
    list of results, in the order of the entries
    """
    results = Path(out) / "results"
    results.mkdir(parents=True, exist_ok=True)
    source = _source_digest(key, seconds)
    seats = _Seats(key, walls, seconds)

    def one(entry):
        target = results / f"{file_name(entry.student.id)}.json"
        made_from = _digest(source, entry)
        before = None if again or only else _read(target, made_from)
        earlier = _read(target) if only else None
        made_from = earlier["made_from"] if earlier else made_from
        result = before or _graded(seats, entry, earlier, only) | {"made_from": made_from}
        result |= _cleaned(entry.about())
        if before is None or result != before:
            _write(target, result)
        return result

    with ThreadPoolExecutor(jobs) as pool, contextlib.closing(seats):
        bar = tqdm(
            pool.map(one, entries), total=len(entries), disable=quiet, unit="hand-in", leave=False
        )
        return list(bar)


class _Seats:
    """One grader for each thread, whose workers are users of their own."""

    def __init__(self, key, walls, seconds):
        self.key, self.walls, self.seconds = key, walls, seconds
        self.local, self.lock, self.graders = threading.local(), threading.Lock(), []
        _ = key.trials, key.order  # made once, before anybody asks

    def grader(self):
        if not hasattr(self.local, "grader"):
            with self.lock:
                settings = launch_settings(self.walls, len(self.graders) + 1)
                self.local.grader = Grader(self.key, settings, self.seconds)
                self.graders.append(self.local.grader)
        return self.local.grader

    def close(self):
        for grader in self.graders:
            grader.close()


def _graded(seats, entry, before=None, only=()):
    """Grade one hand-in; whatever happens, the batch goes on."""
    grader = seats.grader()
    try:
        more = (before, only) if before else ()
        result = grader.grade(entry.path, entry.student.id, *more)
    except Exception as problem:
        result = grader.give_up(entry.path, entry.student.id, problem)
    result["hand_in"] = _contents(entry.path).hex()
    if entry.others:
        others = ", ".join(entry.others)
        result["notes"].append(
            f"Several files were handed in; {entry.path.name} counts, {others} not."
        )
    return _cleaned(result)


def _cleaned(thing):
    """Return a result all of whose text can be written, also what came from names of files."""
    if isinstance(thing, str):
        return clean(thing)
    if isinstance(thing, list):
        return [_cleaned(entry) for entry in thing]
    if isinstance(thing, dict):
        return {key: _cleaned(entry) for key, entry in thing.items()}
    return thing


def file_name(student_id):
    """Return a file name for a student that no file system objects to, different for each."""
    plain = re.sub(r"[^\w.-]", "_", student_id)[:60].strip(".") or "_"
    if plain == student_id:
        return plain
    digest = hashlib.sha256(student_id.encode("utf-8", "surrogatepass"))
    return f"{clean(plain)}-{digest.hexdigest()[:6]}".replace("?", "_")


def _source_digest(key, seconds):
    """Hash of all that decides a mark, apart from the hand-in."""
    digest = hashlib.sha256(f"{key.salt}|{seconds}".encode() + key.assignment.path.read_bytes())
    for path in sorted([*HERE.rglob("*.py"), *(HERE.parent / "emlib/check").glob("*.py")]):
        digest.update(path.read_bytes())
    return digest.hexdigest()


def _digest(source, entry):
    digest = hashlib.sha256(source.encode())
    words = f"{entry.student.id}|{entry.others}"
    digest.update(words.encode("utf-8", "surrogatepass"))
    digest.update(_contents(entry.path))
    return digest.hexdigest()


def _contents(path):
    """Return a digest of a file, or why there is none; one that is too large is not read."""
    try:
        if path.is_symlink() or not path.is_file():
            return b"no file"
        if path.stat().st_size > LARGEST_MB * 2**20:
            return b"too large"
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").digest()
    except OSError as problem:
        return type(problem).__name__.encode()


def _read(target, made_from=None):
    try:
        result = json.loads(target.read_text("utf-8"))
    except (OSError, ValueError):
        return None
    return result if made_from in (None, result.get("made_from")) else None


def _write(target, result):
    """Write a result whole or not at all: a batch that is stopped leaves no half of one."""
    write_whole(target, json.dumps(result, indent=1, ensure_ascii=False, sort_keys=True))
