"""Reports to give back: one zip, named as the platform wants its files back."""

import io
import zipfile
from pathlib import Path

from .runner import file_name
from .writing import write_whole

LONG_AGO = (2026, 1, 1, 0, 0, 0)


def write_feedback(results, out):
    """Write feedback.zip with each student's report.

    Moodle ("Upload multiple feedback files in a zip") finds the student by the name and number that
    it put in front of the hand-in, Canvas ("Upload submissions") by the numbers in the name. Where
    a hand-in came from neither, the file is named by the student's id.
    """
    out, archive = Path(out), io.BytesIO()
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as zipped:
        for result in sorted(results, key=lambda result: result["student"]):
            report = out / "reports" / f"{file_name(result['student'])}.html"
            entry = zipfile.ZipInfo(_name(result), LONG_AGO)
            entry.compress_type, entry.external_attr = zipfile.ZIP_DEFLATED, 0o644 << 16
            zipped.writestr(entry, report.read_bytes())
    write_whole(out / "feedback.zip", archive.getvalue())


def _name(result):
    prefix = result.get("prefix", "").replace("/", "_")
    if not prefix:
        return f"{file_name(result['student'])}.html"
    if "_assignsubmission_" in prefix:
        return f"{prefix.rstrip('_')}_/report.html"
    return f"{prefix}report.html"
