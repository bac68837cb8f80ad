"""What leaves the tree: the sdist, the wheel, and what an index page would show of them."""

import ast
import email
import re
import shutil
import subprocess
import sys
import tarfile
import tomllib
import zipfile
from pathlib import Path

import pytest
from book_builder import copy_tracked
from setup_environment import NEWEST, OLDEST
from sphinx.errors import ExtensionError
from sphinx_wheel import build_wheel, wheel_name

ROOT = Path(__file__).parent.parent
NAME = "who_is_responsible"
FIT = """
import emlib
X = emlib.load_faithful().X
fit = emlib.fit_em(X, emlib.start_from_kmeans_plusplus(X, 2, rng=7))
print(emlib.__file__, round(fit.log_likelihood, 6))
"""


def run(*command, **options):
    done = subprocess.run(command, capture_output=True, text=True, check=False, **options)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout.strip()


def uv(*arguments):
    return run(sys.executable, "-m", "uv", "--no-config", *map(str, arguments))


@pytest.fixture(scope="module")
def packages(tmp_path_factory):
    """Build the sdist from a copy of the tree, and the wheel from that sdist alone."""
    tree = copy_tracked(tmp_path_factory.mktemp("tree"))
    target = tmp_path_factory.mktemp("packages")
    uv("build", "--no-build-isolation", "--offline", "--out-dir", target, tree)
    return target


@pytest.fixture(scope="module")
def wheel(packages):
    (path,) = packages.glob("*.whl")
    return path


@pytest.fixture(scope="module")
def metadata(wheel):
    with zipfile.ZipFile(wheel) as archive:
        (name,) = (name for name in archive.namelist() if name.endswith(".dist-info/METADATA"))
        return email.message_from_bytes(archive.read(name))


def tracked(*patterns):
    listing = run(
        "git", "ls-files", "--cached", "--others", "--exclude-standard", *patterns, cwd=ROOT
    )
    return {name for name in listing.split("\n") if (ROOT / name).is_file()}


# What is in the files


def test_the_wheel_holds_emlib_whole_and_nothing_else(wheel):
    with zipfile.ZipFile(wheel) as archive:
        held = {name for name in archive.namelist() if ".dist-info/" not in name}
    assert held == tracked("emlib") - {"emlib/README.md"}


def test_the_sdist_holds_what_the_wheel_is_built_from_and_no_test(packages):
    (path,) = packages.glob("*.tar.gz")
    with tarfile.open(path) as archive:
        held = {
            name.partition("/")[2]
            for name in archive.getnames()
            if archive.getmember(name).isfile()
        }
    made = {name for name in held if name.startswith(f"{NAME}.egg-info/")}
    about = {"LICENSE", "MANIFEST.in", "PKG-INFO", "pyproject.toml", "setup.cfg"}
    licences = {name for name in held if name.startswith("LICENSE")}
    assert held - made == tracked("emlib") | about | licences


def test_every_licence_of_the_tree_comes_along(metadata):
    assert sorted(metadata.get_all("License-File")) == sorted(tracked("LICENSE*"))
    assert metadata["License-Expression"] == "BSD-3-Clause"


# What an index shows


def test_the_distribution_has_its_own_name_and_needs_numpy_alone(metadata):
    assert metadata["Name"] == "who-is-responsible"
    required = [line for line in metadata.get_all("Requires-Dist") if "extra ==" not in line]
    assert [re.match(r"[\w-]+", line)[0] for line in required] == ["numpy"]


def test_every_extra_of_our_own_goes_by_the_distributions_name(metadata):
    ours = [line for line in metadata.get_all("Requires-Dist") if re.match(r"emlib|who-is", line)]
    assert ours
    assert all(line.startswith("who-is-responsible[") for line in ours)


def links(text):
    """Return where the links and pictures of a Markdown text lead, code left out."""
    prose = re.sub(r"```.*?```|`[^`\n]*`", "", text, flags=re.DOTALL)
    inline = re.findall(r"\]\(\s*<?([^)>\s]+)", prose)
    return (
        inline
        + re.findall(r"^\[[^\]]+\]:\s*(\S+)", prose, re.M)
        + re.findall(r"(?:src|href)=\"([^\"]+)", prose)
    )


def test_the_page_of_an_index_has_no_link_that_leads_nowhere_there(metadata):
    page = metadata.get_payload()
    assert page.startswith("# emlib")
    assert [to for to in links(page) if not to.startswith("https://")] == []


@pytest.mark.parametrize(
    "planted",
    ["[a page](book/index.md)", "![a picture](cover.svg)", "[a]: b.md", '<img src="b.svg">'],
)
def test_a_relative_link_would_be_noticed(planted):
    assert len(links(f"Text.\n\n{planted}\n")) == 1


def test_no_address_is_made_up(metadata):
    assert metadata.get_all("Project-URL") is None
    assert metadata["Home-page"] is None


# Nobody is sent to the other author's package

EXTRAS = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
EXTRAS = "|".join(EXTRAS["optional-dependencies"])
FOREIGN = re.compile(rf"pip3? install [^\n`]*?(?<![\w./-])emlib\b|\bemlib\[({EXTRAS})\b")


def test_no_text_says_to_install_a_package_called_emlib():
    told = [
        f"{name}: {found[0]}"
        for name in sorted(tracked())
        if name != "tests/test_packaging.py"
        for found in FOREIGN.finditer((ROOT / name).read_text("utf-8", "ignore"))
    ]
    assert told == []


@pytest.mark.parametrize(
    "planted",
    [
        "pip install emlib",
        "%pip install -q emlib",
        "pip install 'emlib[scale]'",
        "``emlib[scale]``",
    ],
)
def test_an_instruction_to_install_emlib_would_be_noticed(planted):
    assert FOREIGN.search(planted)


# The book carries it


def test_the_books_wheel_is_the_wheel_and_the_same_bytes_every_time(wheel, tmp_path):
    first, again = (build_wheel(ROOT, new_folder(tmp_path / name)) for name in ("one", "two"))
    assert first.name == wheel_name(ROOT) == wheel.name
    assert first.read_bytes() == again.read_bytes()
    with zipfile.ZipFile(first) as carried, zipfile.ZipFile(wheel) as built:
        assert {n: carried.read(n) for n in carried.namelist()} == {
            n: built.read(n) for n in built.namelist()
        }


def new_folder(path):
    path.mkdir()
    return path


def test_a_wheel_that_cannot_be_built_fails_the_book(tmp_path):
    for name in ("emlib", "LICENSES"):
        new_folder(tmp_path / name)
    (tmp_path / "LICENSE").touch()
    (tmp_path / "pyproject.toml").write_text("[project]\nname = 'x'\nversion = 'no version'\n")
    with pytest.raises(
        ExtensionError, match=r"the wheel of emlib was not built:\n(.*\n)*.*no version"
    ):
        build_wheel(tmp_path, tmp_path)


# It installs and runs


def clean_environment(folder, python):
    uv("venv", "--offline", "--python", python, folder)
    return folder / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python")


def fit_in(python, folder):
    """Fit with every warning an error, from a folder that is not the tree; return what was used."""
    where, log_likelihood = run(python, "-I", "-W", "error", "-c", FIT, cwd=folder).split(" ")
    assert Path(where).is_relative_to(python.parents[1])
    return float(log_likelihood)


def test_the_wheel_installs_beside_numpy_alone_and_fits(wheel, tmp_path):
    python = clean_environment(tmp_path / "clean", sys.executable)
    here, there = (
        Path(run(p, "-c", "import sysconfig; print(sysconfig.get_path('platlib'))"))
        for p in (sys.executable, python)
    )
    for part in here.glob("numpy*"):  # NumPy, its libraries and its metadata, without a registry
        if part.suffix == ".dist-info":
            shutil.copytree(part, there / part.name)  # uv looks for a real folder
        else:
            (there / part.name).symlink_to(part)
    uv("pip", "install", "--offline", "--python", python, wheel)  # resolves: NumPy is enough
    assert {path.name for path in there.glob("*.dist-info")} == {
        path.name for path in (*here.glob("numpy*.dist-info"), *there.glob(f"{NAME}*"))
    }
    assert fit_in(python, tmp_path) == -1130.26396


def other_python(version):
    """Return an interpreter of this version, on the PATH or beside this one, as pyenv has them."""
    beside = Path(sys.base_prefix).parent.glob(f"{version}.*/bin/python{version}")
    for candidate in (f"python{version}", *map(str, beside)):
        asked = "import sys; print('%d.%d' % sys.version_info[:2])"
        try:
            if run(candidate, "-c", asked) == version:
                return candidate
        except (OSError, AssertionError):
            continue
    return None


@pytest.mark.slow
@pytest.mark.parametrize("minor", range(OLDEST[1], NEWEST[1] + 1))
def test_the_wheel_installs_and_fits_with_every_python_at_hand(minor, wheel, tmp_path):
    interpreter = other_python(f"3.{minor}")
    if interpreter is None:
        pytest.skip(f"there is no Python 3.{minor} on this machine")
    python = clean_environment(tmp_path / "clean", interpreter)
    uv("pip", "install", "--python", python, wheel)
    assert fit_in(python, tmp_path) == -1130.26396


# The index page's own example


def test_the_example_of_the_index_page_is_the_readmes(metadata):
    def code(text):
        return re.search(r"```python\n(.*?)```", text, re.DOTALL)[1]

    example = code(metadata.get_payload())
    assert ast.parse(example)
    assert example == code((ROOT / "README.md").read_text("utf-8"))
