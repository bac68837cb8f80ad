"""What was graded into a folder: which assignment, which folders of hand-ins, whose roster."""

import json
import secrets
from dataclasses import replace
from pathlib import Path

from . import late
from .hand_ins import collect
from .roster import Roster
from .runner import file_name
from .writing import write_whole


class MarksFolder:
    """The memory of a folder of marks, in its file about.json.

    Late hand-ins may be graded into the folder that has the others; a folder of hand-ins, or the
    roster, may be moved away afterwards. Marks of students are kept through both.

    Parameters
    ----------
    out : the folder that `grade` writes
    """

    def __init__(self, out):
        self.out = Path(out)
        self.path = self.out / "about.json"
        self.about = self._read()
        self.look = []
        self.roster = Roster()
        if self.about.get("roster"):
            self.roster = Roster.read(self.out / "roster.csv")

    def _read(self):
        return json.loads(self.path.read_text("utf-8")) if self.path.exists() else {}

    def begin(self, assignment, source, options):
        """Get ready for grading one more folder; ValueError if this one has other marks."""
        before = self.about.get("assignment", assignment.name)
        if before != assignment.name:
            raise ValueError(
                f"{self.out} holds the marks of {before!r}: give {assignment.name!r} another --out"
            )
        self.out.mkdir(parents=True, exist_ok=True)
        self.about |= {"assignment": assignment.name, "source": str(Path(source).resolve())}
        self._take(options)

    def change(self, options):
        """Take over a roster or a title; ValueError if nothing was graded here."""
        if not self.about:
            raise ValueError(f"{self.out} has no marks: `grade` writes them")
        self._take(options)
        self.write()

    def add(self, hand_ins):
        """Take one more folder of hand-ins in, after those that are here; not twice."""
        folder, folders = str(Path(hand_ins).resolve()), self.about.setdefault("hand_ins", [])
        if folder not in folders:
            folders.append(folder)

    def entries(self):
        """Return the hand-in that counts of every student, from all folders that are there.

        Of two folders the one that was graded for the first time later counts, unless both say
        when they were handed in. `look` has a sentence for each student who is in two.
        """
        self.look, counts = [], {}
        for folder in map(Path, self.about.get("hand_ins", [])):
            for entry in collect(folder, self.roster, self.look) if folder.is_dir() else ():
                before = counts.get(entry.student.id)
                counts[entry.student.id] = self._later(before, entry) if before else entry
        counts |= self._groups(counts)
        return [counts[student] for student in sorted(counts)]

    def _groups(self, counts):
        """Return entries of those for whom another of their group has handed in."""
        column, groups, more = self.about.get("groups"), {}, {}
        for student in self.roster.students.values() if column else ():
            if name := student.columns.get(column.lower(), ""):
                groups.setdefault(name, []).append(student)
        for name, students in groups.items():
            there = [student for student in students if student.id in counts]
            if len(there) > 1:
                ids = ", ".join(student.id for student in there)
                self.look.append(f"group {name}: {ids} have each handed in, and each has own marks")
            elif there:
                entry = counts[there[0].id]
                more |= {
                    student.id: replace(entry, student=student, look=())
                    for student in students if student.id not in counts
                }  # fmt: skip
        return more

    def to_grade(self):
        """Return the entries to grade: not those older than a result whose folder is away."""
        order = {folder: number for number, folder in enumerate(self.about.get("hand_ins", []))}
        entries = []
        for entry in self.entries():
            before = self._result(entry.student.id).get("folder", "")
            away = before in order and not Path(before).is_dir()
            if not (away and order[before] > order.get(entry.folder, -1)):
                entries.append(entry)
        return entries

    def _result(self, student):
        try:
            path = self.out / "results" / f"{file_name(student)}.json"
            return json.loads(path.read_text("utf-8"))
        except (OSError, ValueError):
            return {}

    def _later(self, first, second):
        """Return the later of two hand-ins of a student, and say why it is that one."""
        timed = first.when and second.when
        later, earlier = (first, second) if timed and first.when > second.when else (second, first)
        why = (
            "it was handed in later" if timed else "its folder was graded for the first time later"
        )
        self.look.append(
            f"{later.student.id} is in two folders: {self._place(later)} counts, since {why}; "
            f"{self._place(earlier)} not"
        )
        return later

    @staticmethod
    def _place(entry):
        return f"{Path(entry.folder).name}/{entry.path.relative_to(entry.folder)}"

    def results(self):
        """Return every result that counts, the entries whose files are there, and who lacks marks.

        A result that no folder accounts for is that of a file which was renamed, or given to
        somebody else: it goes, unless a folder has been moved away and may have held it.
        """
        entries = {entry.student.id: entry for entry in self.entries()}
        all_there = all(Path(folder).is_dir() for folder in self.about["hand_ins"])
        files = {f"{file_name(student)}.json" for student in entries}
        results, times = [], self.about.get("times", {})
        for path in sorted(self.out.glob("results/*.json")):
            if all_there and path.name not in files:
                path.unlink()
                continue
            result = json.loads(path.read_text("utf-8"))
            student = self.roster.students.get(result["student"])
            result["when"] = times.get(result["student"], result.get("when", ""))
            result["known"] = bool(student or not self.roster.students)
            results.append(result | ({"name": student.name} if student else {}))
        self.look += [
            f"{result['student']}: the marks are those of {result['file']}, from a folder that is "
            "away; what is in the other folders is older and was not graded"
            for result in results if self._is_away(result, entries.get(result["student"]))
        ]  # fmt: skip
        for entry in entries.values():
            self.look += entry.look
        marked = {result["student"] for result in results}
        return results, list(entries.values()), sorted(entries.keys() - marked)

    @staticmethod
    def _is_away(result, entry):
        folder = result.get("folder", "")
        return bool(entry and folder and folder != entry.folder and not Path(folder).is_dir())

    def _take(self, options):
        for name in ("due", "grace", "penalty", "cap"):
            if getattr(options, name, None) is not None:
                self.about.setdefault("late_options", {})[name] = getattr(options, name)
        if self.about.get("late_options"):
            self.about["late"] = late.policy(**self.about["late_options"])
        if getattr(options, "groups", None):
            self.about["groups"] = options.groups
        if getattr(options, "anonymous", False):
            self.about.setdefault("anonymous", secrets.token_hex(8))
        if options.title:
            self.about["title"] = options.title
        if options.roster:
            self.roster = Roster.read(options.roster)
            write_whole(self.out / "roster.csv", options.roster.read_bytes(), sync=True)
            self.about["roster"] = True
        if getattr(options, "times", None):
            self.about["times"] = late.read_times(options.times, self.roster.students)

    def write(self, **more):
        """Remember what is known of this folder."""
        self.about |= more
        write_whole(self.path, json.dumps(self.about, indent=1) + "\n", sync=True)
