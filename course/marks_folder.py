"""What was graded into a folder: which assignment, which folders of hand-ins, whose roster."""

import json
from pathlib import Path

from .roster import Roster, collect
from .runner import file_name


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
        self._write()

    def end(self, hand_ins, missing):
        """Remember a folder that has been graded, as the latest, and what was not protected."""
        folder = str(Path(hand_ins).resolve())
        earlier = [other for other in self.about.get("hand_ins", []) if other != folder]
        self.about |= {"hand_ins": [*earlier, folder], "missing": list(missing)}
        self._write()

    def results(self):
        """Return every result that counts, the entries whose files are there, and who lacks marks.

        A result that no folder accounts for is that of a file which was renamed, or given to
        somebody else: it goes, unless a folder has been moved away and may have held it.
        """
        folders = [Path(folder) for folder in self.about["hand_ins"]]
        entries = {}
        for folder in folders:
            if folder.is_dir():
                entries |= {entry.student.id: entry for entry in collect(folder, self.roster)}
        all_there = all(folder.is_dir() for folder in folders)
        files = {f"{file_name(student)}.json" for student in entries}
        results = []
        for path in sorted(self.out.glob("results/*.json")):
            if all_there and path.name not in files:
                path.unlink()
                continue
            result = json.loads(path.read_text("utf-8"))
            student = self.roster.students.get(result["student"])
            result["known"] = bool(student or not self.roster.students)
            results.append(result | ({"name": student.name} if student else {}))
        marked = {result["student"] for result in results}
        return results, list(entries.values()), sorted(entries.keys() - marked)

    def _take(self, options):
        if options.title:
            self.about["title"] = options.title
        if options.roster:
            self.roster = Roster.read(options.roster)
            (self.out / "roster.csv").write_bytes(options.roster.read_bytes())
            self.about["roster"] = True

    def _write(self):
        self.path.write_text(json.dumps(self.about, indent=1) + "\n", "utf-8")
