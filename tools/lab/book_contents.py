"""The chapters in JupyterLab: shown whole at first sight, stored in the book's one spelling.

A notebook that was not run on this machine is not trusted by Jupyter, which strips the pictures out
of its outputs; when a kernel starts, JupyterLab writes the kernel's name and version into it and
calls it modified; a saved widget has no picture once its kernel is gone. So a chapter is trusted,
is handed out with what the kernel will say, and is stored as tools/refresh_chapters.py stores it.
"""

import nbformat
from ipykernel.ipkernel import IPythonKernel
from ipykernel.kernelspec import get_kernel_dict
from jupyter_server.services.contents.largefilemanager import AsyncLargeFileManager
from refresh_chapters import normalise

FIRST = {
    "cell_type": "markdown",
    "id": "run-all-cells",
    "metadata": {"deletable": False, "editable": False},
    "source": "**Run all cells to bring the figures to life:** menu *Run*, *Run All Cells*.",
}


class BookContents(AsyncLargeFileManager):
    """Jupyter's own files, with another way to load and store the notebooks under book/."""

    def mark_trusted_cells(self, nb, path=""):
        """Prepare a notebook that is loaded; called by Jupyter."""
        if not _is_chapter(path):
            return super().mark_trusted_cells(nb, path)
        name = get_kernel_dict()["display_name"]
        kernel = {"display_name": name, "language": "python", "name": "python3"}
        nb.metadata["kernelspec"] = nbformat.from_dict(kernel)
        nb.metadata["language_info"] = nbformat.from_dict(IPythonKernel.language_info)
        nb.cells.insert(0, nbformat.from_dict(FIRST))
        self.notary.mark_cells(nb, True)

    def check_and_sign(self, nb, path="", **options):
        """Prepare a notebook that is stored; called by Jupyter."""
        if not _is_chapter(path):
            return super().check_and_sign(nb, path, **options)
        nb.cells = [cell for cell in nb.cells if cell.get("id") != FIRST["id"]]
        stored = nbformat.reads(normalise(nb), as_version=4)
        nb.clear()
        nb.update(stored)


def _is_chapter(path):
    return path.strip("/").startswith("book/")
