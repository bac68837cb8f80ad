"""The commands, the environment, the locks, and what no file of the tree may say."""

import ast
import json
import os
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import find_browser
import pytest
import setup_environment as setup
import yaml
from packaging.requirements import Requirement
from traitlets.config import PyFileConfigLoader

ROOT = Path(__file__).resolve().parents[1]
CONTRIBUTING = (ROOT / "CONTRIBUTING.md").read_text("utf-8")
MAKEFILE = (ROOT / "Makefile").read_text("utf-8")
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))


def script(path, body):
    """Write an executable shell script."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("#!/bin/sh\n" + body + "\n")
    path.chmod(0o755)
    return path


def run(*command, folder=ROOT, **environment):
    """Run a command as a reader would type it: its exit code and everything it said."""
    typed = {name: value for name, value in os.environ.items() if "MAKE" not in name}
    done = subprocess.run(
        command,
        cwd=folder,
        env={**typed, **environment},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=60,
        check=False,
    )
    return done.returncode, done.stdout


# What stands in the way gets one sentence


@pytest.mark.parametrize("version", [(2, 7, 18), (3, 6, 15), (3, 10, 13), (3, 15, 0)])
def test_a_python_out_of_range_gets_a_sentence_that_names_one_that_fits(version):
    with pytest.raises(setup.SetupError) as refusal:
        setup.check_python(version, others=["python3.12"])
    written = ".".join(map(str, version))
    assert str(refusal.value) == (
        f"This book needs Python 3.11 to 3.14 and this is Python {written}; "
        "run: make book PYTHON=python3.12"
    )


def test_without_a_python_that_fits_the_sentence_says_to_install_one():
    with pytest.raises(setup.SetupError, match=r"Python 3\.10\.0; install one of them$"):
        setup.check_python((3, 10, 0), others=[])


@pytest.mark.parametrize("minor", [11, 12, 13, 14])
def test_a_python_in_range_is_taken(minor):
    setup.check_python((3, minor, 0), others=[])


def test_only_commands_that_start_and_fit_are_named(tmp_path, monkeypatch):
    script(tmp_path / "python3.12", "echo 3 12")
    script(tmp_path / "python3.11", "echo not found in this version manager >&2; exit 127")
    script(tmp_path / "python3", "echo 3 10")
    monkeypatch.setenv("PATH", str(tmp_path))
    assert setup.fitting_pythons() == ["python3.12"]


def test_the_range_of_pythons_is_the_same_wherever_it_is_stated():
    stated = PROJECT["project"]["requires-python"]
    oldest, newest = setup.OLDEST, setup.NEWEST
    assert stated == f">={oldest[0]}.{oldest[1]},<{newest[0]}.{newest[1] + 1}"
    workflow = yaml.safe_load((ROOT / ".github/workflows/test.yml").read_text("utf-8"))
    tried = workflow["jobs"]["test"]["strategy"]["matrix"]["python"]
    assert tried == [f"3.{minor}" for minor in range(oldest[1], newest[1] + 1)]


@pytest.mark.parametrize("module", ["venv", "ensurepip"])
def test_a_python_without_venv_gets_a_sentence(module, monkeypatch, tmp_path):
    setup.check_before_making(str(tmp_path))
    monkeypatch.setitem(sys.modules, module, None)
    with pytest.raises(setup.SetupError, match=r"apt install python3\.\d+-venv"):
        setup.check_before_making(str(tmp_path))


def test_a_full_disk_gets_a_sentence_before_anything_is_made(tmp_path, monkeypatch):
    setup.check_before_making(str(tmp_path))
    monkeypatch.setattr(setup, "SPACE_NEEDED_GB", 1e9)
    with pytest.raises(setup.SetupError, match="make room"):
        setup.check_before_making(str(tmp_path))
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("locked_up", ["", ".venv"])
def test_a_read_only_folder_gets_a_sentence(tmp_path, monkeypatch, locked_up):
    (tmp_path / ".venv").mkdir()
    setup.check_folder(str(tmp_path))
    read_only = str(tmp_path / locked_up) if locked_up else str(tmp_path)
    monkeypatch.setattr(os, "access", lambda path, _: str(path) != read_only)  # root may write
    with pytest.raises(setup.SetupError, match=r"You may not write to .* copy the whole folder"):
        setup.set_up(str(tmp_path))


def test_somebody_elses_venv_is_left_alone_and_gets_a_sentence(tmp_path):
    (tmp_path / ".venv" / "mine").mkdir(parents=True)
    with pytest.raises(setup.SetupError, match=r"a \.venv in this folder that was not made"):
        setup.check_before_making(str(tmp_path))
    assert (tmp_path / ".venv" / "mine").exists()


def test_a_failing_program_shows_its_last_words_and_gets_a_sentence(tmp_path, capfd):
    program = str(script(tmp_path / "npm", "echo the registry is far away >&2; exit 1"))
    with pytest.raises(setup.SetupError, match=r"^npm could not .* registry can be reached, then"):
        setup.run([program], str(tmp_path), "npm could not install")
    assert "the registry is far away" in capfd.readouterr().out


@pytest.mark.parametrize(
    "words",
    [
        "npm error code SELF_SIGNED_CERT_IN_CHAIN",
        "npm error code UNABLE_TO_GET_ISSUER_CERT_LOCALLY",
        "invalid peer certificate: UnknownIssuer",
        "SSLError(SSLCertVerificationError(1, 'certificate verify failed'))",
    ],
)
def test_a_network_with_its_own_certificate_gets_a_sentence(tmp_path, capfd, words):
    program = script(tmp_path / "program", f'echo "{words}"; exit 1')
    with pytest.raises(setup.SetupError, match="set PIP_CERT and NODE_EXTRA_CA_CERTS to the file"):
        setup.run([str(program)], str(tmp_path), "npm could not install")
    assert words in capfd.readouterr().out


def test_npm_says_more_than_nothing_when_it_fails(tmp_path, monkeypatch, capfd):
    """npm ci --silent prints nothing at all: a registry that refuses must be named."""
    for name in ("package.json", "package-lock.json"):
        shutil.copy(ROOT / name, tmp_path)
    monkeypatch.setattr(setup, "program", lambda root, name: str(tmp_path / name))
    monkeypatch.setattr(setup, "machine_settings", lambda root: dict(os.environ))
    monkeypatch.setenv("npm_config_registry", "http://127.0.0.1:9/")
    monkeypatch.setenv("npm_config_fetch_retries", "0")
    monkeypatch.setenv("npm_config_cache", str(tmp_path / "cache"))
    script(tmp_path / "python", f'exec "{sys.executable}" "$@"')
    with pytest.raises(setup.SetupError, match="npm could not install"):
        setup.install_node_packages(str(tmp_path))
    assert "ECONNREFUSED" in capfd.readouterr().out


# What pip is told, uv and npm are told

PIP_CONFIG_LIST = """\
:env:.cert='/certificates/mine.pem'
:env:.no-color='1'
global.cert='/certificates/older.pem'
global.extra-index-url='https://one.example/simple https://two.example/simple'
global.find-links='/wheels /more-wheels'
global.index-url='https://mirror.example/simple'
install.trusted-host='mirror.example'
"""


def test_uv_and_npm_get_pips_settings_the_variables_last(tmp_path, monkeypatch):
    for name in list(os.environ):
        if name.startswith(("UV_", "SSL_CERT", "NODE_", "ALL_PROXY")):
            monkeypatch.delenv(name)
    (tmp_path / "listing").write_text(PIP_CONFIG_LIST)
    script(tmp_path / ".venv/bin/python", "cat listing")
    settings = setup.machine_settings(str(tmp_path))
    assert {name: settings[name] for name in settings if name not in os.environ} == {
        "UV_DEFAULT_INDEX": "https://mirror.example/simple",
        "UV_INDEX": "https://one.example/simple https://two.example/simple",
        "UV_INDEX_STRATEGY": "unsafe-best-match",
        "UV_FIND_LINKS": "/wheels,/more-wheels",
        "UV_INSECURE_HOST": "mirror.example",
        "UV_SYSTEM_CERTS": "1",
        "SSL_CERT_FILE": "/certificates/mine.pem",
        "NODE_EXTRA_CA_CERTS": "/certificates/mine.pem",
        "NODE_USE_SYSTEM_CA": "1",
    }
    monkeypatch.setenv("UV_DEFAULT_INDEX", "https://chosen.example/simple")
    chosen = setup.machine_settings(str(tmp_path))["UV_DEFAULT_INDEX"]
    assert chosen == "https://chosen.example/simple", "what is set for uv itself stays"


def test_uv_is_installed_from_its_own_entry_of_the_lock(tmp_path, monkeypatch):
    shutil.copy(ROOT / "requirements.txt", tmp_path)
    made = "mkdir -p .venv/bin; printf '#!/bin/sh\\necho \"$@\" > pip\\n' > .venv/bin/python"
    outside = script(tmp_path / "python", f"{made}; chmod +x .venv/bin/python")
    monkeypatch.setattr(sys, "_base_executable", str(outside))
    setup.make_venv(str(tmp_path))
    lock = (tmp_path / ".venv/uv.txt").read_text()
    assert [*locked(lock)] == ["uv"]
    assert unhashed(lock) == []
    said = (tmp_path / "pip").read_text()
    assert said == f"-m pip install --require-hashes -r {tmp_path}/.venv/uv.txt\n"


# The environment repairs itself


@pytest.fixture
def tree(tmp_path, monkeypatch):
    """Return a tree, and a log of what is made in it; a step that is named in `fails` raises."""
    log, fails = [], []
    for name in setup.MADE_FROM:
        (tmp_path / name).write_text(name)

    def step(name):
        def make(root):
            log.append(name)
            Path(root, ".venv").mkdir(exist_ok=True)
            Path(setup.stamp_file(root)).touch()
            if name in fails:
                raise setup.SetupError("half-way")

        return make

    for name in ("make_venv", "install_packages", "install_node_packages"):
        monkeypatch.setattr(setup, name, step(name))
    return str(tmp_path), log, fails


ALL = ["make_venv", "install_packages", "install_node_packages"]


def test_what_is_whole_is_left_alone(tree):
    root, log, _ = tree
    for _ in range(3):
        setup.set_up(root)
    assert log == ALL


def test_what_was_interrupted_is_made_again(tree):
    root, log, fails = tree
    fails.append("install_packages")
    with pytest.raises(setup.SetupError, match="half-way"):
        setup.set_up(root)
    fails.clear()
    setup.set_up(root)
    assert log == [*ALL[:2], *ALL]


@pytest.mark.parametrize("source", setup.MADE_FROM)
def test_a_changed_source_makes_the_environment_again(tree, source):
    root, log, _ = tree
    setup.set_up(root)
    Path(root, source).write_text("new")
    setup.set_up(root)
    assert log == [*ALL, *ALL]


def test_a_moved_folder_and_another_python_count_as_a_change(tree, monkeypatch, tmp_path_factory):
    root, *_ = tree
    before = setup.stamp(root)
    moved = shutil.copytree(root, tmp_path_factory.mktemp("moved") / "tree")
    assert setup.stamp(str(moved)) != before
    monkeypatch.setattr(sys, "version", "3.12.0 of another day")
    assert setup.stamp(root) != before


# An old Python can read the program that refuses it

TOO_NEW_FOR_PYTHON_2 = (
    ast.JoinedStr,
    ast.AnnAssign,
    ast.NamedExpr,
    ast.Starred,
    ast.Nonlocal,
    ast.AsyncFunctionDef,
    ast.Await,
    ast.YieldFrom,
    ast.Match,
)


def too_new_for_python_2(source):
    """Return the lines that Python 2.7 could not read."""
    lines = {n for n, line in enumerate(source.splitlines(), 1) if not line.isascii()}
    for node in ast.walk(ast.parse(source)):
        keyword_only = isinstance(node, ast.arguments) and node.kwonlyargs
        annotated = getattr(node, "annotation", None) or getattr(node, "returns", None)
        chained = isinstance(node, ast.Raise) and node.cause
        if isinstance(node, TOO_NEW_FOR_PYTHON_2) or annotated or chained:
            lines.add(node.lineno)
        elif keyword_only:
            lines.add(node.kwonlyargs[0].lineno)
    return sorted(lines)


def test_the_set_up_program_is_written_for_an_old_reader():
    source = (ROOT / "tools/setup_environment.py").read_text("utf-8")
    assert too_new_for_python_2(source) == []


@pytest.mark.parametrize(
    "line",
    [
        "f'{x}'",
        "x: int = 1",
        "def f(x: int): pass",
        "def f() -> int: pass",
        "def f(*, x): pass",
        "async def f(): pass",
        "raise A from b",
        "(y := 1)",
        "f((*a, 1))",
        "'–'",
    ],
)
def test_a_newer_syntax_would_be_noticed(line):
    assert too_new_for_python_2("\n" + line) == [2]


# The commands


def test_bare_make_lists_every_command():
    commands = re.search(r"^\.PHONY: (.*)$", MAKEFILE, re.MULTILINE)[1].split()
    code, said = run("make", "--no-print-directory")
    listed = re.findall(r"^  (\w+) +\S.*$", said, re.MULTILINE)
    assert code == 0
    assert listed == commands
    assert {"book", "test", "check", "serve", "lab", "chapters", "clean"} <= set(listed)


def test_a_python_that_is_not_there_gets_a_sentence():
    code, said = run("make", "book", "PYTHON=python-of-nowhere")
    assert code != 0
    assert said.startswith("There is no python-of-nowhere on this machine: install Python 3.11")


def test_a_failed_build_fails_make_and_is_forgotten(tmp_path):
    shutil.copy(ROOT / "Makefile", tmp_path)
    script(tmp_path / "python", "exit 0")
    script(tmp_path / ".venv/bin/jupyter-book", "exit 1")
    (tmp_path / "_build/.doctrees").mkdir(parents=True)
    code, said = run("make", "book", f"PYTHON={tmp_path}/python", folder=tmp_path)
    assert code != 0
    assert "The book was not built" in said
    assert "Open the book" not in said
    assert not (tmp_path / "_build/.doctrees").exists()


def test_make_uses_the_environments_programs_also_in_a_folder_with_a_space(tmp_path):
    folder = tmp_path / "a folder"
    script(folder / "python", "exit 0")
    script(folder / ".venv/bin/jupyter-book", 'echo built with "$@"')
    shutil.copy(ROOT / "Makefile", folder)
    code, said = run("make", "book", f"PYTHON={folder}/python", folder=folder)
    assert code == 0
    assert said.startswith("built with build . -W -n --keep-going\n")
    assert said.endswith(f"Open the book: file://{folder}/_build/html/index.html\n")


def test_without_a_browser_make_test_fails_before_pytest(tmp_path):
    shutil.copy(ROOT / "Makefile", tmp_path)
    script(tmp_path / "python", "exit 0")
    for linter in ("ruff", "biome"):
        script(tmp_path / ".venv/bin" / linter, "exit 0")
    script(tmp_path / ".venv/bin/python", "echo no Chromium >&2; exit 1")
    script(tmp_path / ".venv/bin/pytest", "echo pytest ran")
    code, said = run("make", "test", f"PYTHON={tmp_path}/python", folder=tmp_path)
    assert code != 0
    assert "no Chromium" in said
    assert "pytest ran" not in said


def test_ci_calls_the_test_command_and_nothing_else(tmp_path):
    script(tmp_path / "make", 'echo "make $*"')
    path = f"{tmp_path}{os.pathsep}{os.environ['PATH']}"
    code, said = run(str(ROOT / ".ci/run"), folder=tmp_path, PATH=path)
    assert (code, said) == (0, "make test\n")


@pytest.mark.parametrize(("user", "allowed"), [(0, True), (1000, False)])
def test_jupyterlab_starts_for_root_too(monkeypatch, user, allowed):
    """In a container one is root, and JupyterLab refuses root unless it is told not to."""
    monkeypatch.setattr(os, "geteuid", lambda: user)
    monkeypatch.setattr(sys, "path", [*sys.path])
    settings = PyFileConfigLoader("jupyter_lab_config.py", ROOT / "tools/lab").load_config()
    assert settings.ServerApp.allow_root == allowed


def test_make_lab_takes_these_settings():
    assert "jupyter lab --config=tools/lab/jupyter_lab_config.py" in MAKEFILE


@pytest.mark.parametrize("files", [[], ["FILES=book/one.ipynb"]])
def test_one_chapter_is_refreshed_alone(tmp_path, files):
    shutil.copy(ROOT / "Makefile", tmp_path)
    script(tmp_path / "python", "exit 0")
    script(tmp_path / ".venv/bin/python", 'echo "$@"')
    _, said = run("make", "chapters", f"PYTHON={tmp_path}/python", *files, folder=tmp_path)
    programs = [line for line in said.splitlines() if line.startswith("tools/")]
    assert programs[0].split() == ["tools/refresh_chapters.py", *(f[6:] for f in files)]
    assert bool(programs[1:]) == (not files)


# The sample for authors, as pasted


@pytest.mark.parametrize(("planted", "passes"), [("const label =", True), ("const label=", False)])
def test_the_sample_script_of_contributing_passes_biome_as_pasted(tmp_path, planted, passes):
    (script,) = re.findall(r"```js\n(.*?)```", CONTRIBUTING, re.DOTALL)
    (tmp_path / "sample.js").write_text(script.replace("const label =", planted), "utf-8")
    settings = json.loads((ROOT / "biome.json").read_text("utf-8"))
    settings = {key: settings[key] for key in ("formatter", "assist", "linter")}
    (tmp_path / "biome.json").write_text(json.dumps(settings))
    code, said = run(str(ROOT / "node_modules/.bin/biome"), "ci", "sample.js", folder=tmp_path)
    assert (code == 0) == passes, said


# A browser


@pytest.fixture
def bare_machine(tmp_path, monkeypatch):
    """Return a folder that is the whole PATH, on a machine without any browser."""
    monkeypatch.delenv("CHROMIUM", raising=False)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(find_browser, "ELSEWHERE", ())
    monkeypatch.setattr(find_browser, "playwrights_own", lambda: str(tmp_path / "playwrights"))
    return tmp_path


def test_the_browser_that_chromium_names_comes_first(bare_machine, monkeypatch):
    script(bare_machine / "chromium", "echo Chromium 1")
    mine = str(script(bare_machine / "mine", "exit 0"))
    monkeypatch.setenv("CHROMIUM", mine)
    assert find_browser.find_browser() == mine


def test_a_chromium_variable_that_names_nothing_is_refused(bare_machine, monkeypatch):
    monkeypatch.setenv("CHROMIUM", "gone")
    with pytest.raises(find_browser.NoBrowserError, match="CHROMIUM is set to gone"):
        find_browser.find_browser()


def test_a_stub_that_does_not_start_is_passed_over(bare_machine):
    script(bare_machine / "chromium", "echo requires the chromium snap; exit 1")
    chrome = str(script(bare_machine / "google-chrome", "echo Google Chrome 1"))
    assert find_browser.find_browser() == chrome


def test_playwrights_download_is_the_last_resort(bare_machine):
    with pytest.raises(find_browser.NoBrowserError, match="--install"):
        find_browser.find_browser()
    own = script(bare_machine / "playwrights", "echo Chromium 1")
    assert find_browser.find_browser() == str(own)


@pytest.mark.parametrize("installs", [True, False])
def test_install_asks_debian_first_and_then_playwright(bare_machine, monkeypatch, capsys, installs):
    asked = []

    def pretend(command, **_):
        asked.append(Path(command[0]).name)
        if installs and command[-1] == "chromium":
            script(bare_machine / "chromium", "echo Chromium 1")
        return subprocess.CompletedProcess(command, 0, stdout=b"Chromium 1")

    script(bare_machine / "apt-get", "exit 0")
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    monkeypatch.setattr(subprocess, "run", pretend)
    monkeypatch.setattr(sys, "argv", ["find_browser.py", "--install"])
    if installs:
        find_browser.main()
        assert capsys.readouterr().out == f"{bare_machine / 'chromium'}\n"
    else:
        with pytest.raises(SystemExit, match="No Chromium or Chrome was found"):
            find_browser.main()
        assert asked[-1] == Path(sys.executable).name  # python -m playwright install
    assert asked[:2] == ["apt-get", "apt-get"]


# What may stand in the tree

FORBIDDEN = {
    "a registry's host": r"\b(p[y]pi[.]org|p[y]thonhosted[.]org|npmjs[.](org|com)|"
    r"registry[.]yarnpkg)",
    "a machine's path": r"(?<![\w.~}>/])/(home|Users|work|root|private)/\w+|\b[A-Z]:\\Users\\",
    "a repository's address": r"\b(git(hub|lab)[.]com|codeberg[.]org|bitbucket[.]org)/[\w-]+/[\w-]+"
    r"|\b[\w-]+[.]git(hub|lab)[.]io\b",
}
# what is meant: other people's real addresses, and what a test plants to see it noticed
MEANT = {
    "github.com/sponsors/katex",
    "github.com/sponsors/ayuhito",
    "github.com/owner/name",
    "/home/me",
}


def forbidden(path, text):
    """Return what a tracked file must not say, each with its line."""
    return [
        f"{path}:{text.count(chr(10), 0, found.start()) + 1} names {what}: {found[0]}"
        for what, pattern in FORBIDDEN.items()
        for found in re.finditer(pattern, text)
        if found[0] not in MEANT
    ]


def test_no_tracked_file_names_a_registry_a_machine_or_an_invented_repository():
    listing = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout
    paths = [path for path in listing.split("\0") if path and (ROOT / path).is_file()]
    assert "Makefile" in paths
    found = [c for p in paths for c in forbidden(p, (ROOT / p).read_text("utf-8", "ignore"))]
    assert not found, "take these out of the tree:\n" + "\n".join(found)


@pytest.mark.parametrize(
    "planted",
    [
        "https://files.python" + "hosted.org/packages/x.whl",
        "--index-url https://py" + "pi.org/simple",
        '"resolved": "https://registry.npm' + 'js.org/katex"',
        "see /ho" + "me/ada/book",
        "open('/Us" + "ers/ada/x')",
        "C:" + "\\Users\\ada",
        "https://git" + "hub.com/nobody/who-is-responsible",
        "https://nobody.git" + "hub.io/book",
    ],
)
def test_what_must_not_be_named_would_be_noticed(planted):
    assert len(forbidden("a/file", "first\n" + planted)) == 1
    assert forbidden("a/file", "first\n" + planted)[0].startswith("a/file:2 names ")


# The locks


def locked(text):
    """Return name -> [(version, number of hashes)] of a requirements file."""
    pins = {}
    for entry in re.split(r"\n(?=\S)", text.replace("\\\n", " ")):
        pin = re.match(r"([\w.-]+)==([\w.!+]+)", entry)
        if pin:
            hashes = len(re.findall(r"--hash=sha256:[0-9a-f]{64}\b", entry))
            pins.setdefault(pin[1], []).append((pin[2], hashes))
        elif entry.strip() and not entry.lstrip().startswith("#"):
            pins.setdefault(re.match(r"[\w.-]+", entry)[0], []).append((None, 0))
    return pins


def unhashed(text):
    """Return the entries of a requirements file that are not an exact version with a hash."""
    return [name for name, pins in locked(text).items() for _, hashes in pins if not hashes]


def out_of_step(project, text):
    """Return the requirements of a project that its lock does not satisfy."""
    pins = locked(text)
    groups = [project["dependencies"], *project["optional-dependencies"].values()]
    return [
        str(want)
        for want in (Requirement(line) for group in groups for line in group)
        if want.name != project["name"]
        and not any(version in want.specifier for version, _ in pins.get(want.name, []) if version)
    ]


def split_extras(project):
    """Return the project as each lock sees it: the extras that stand alone have their own."""
    extras = dict(project["optional-dependencies"])
    benchmark = {"benchmark": extras.pop("benchmark"), "figures": extras["figures"]}
    graders = {"graders": extras.pop("graders")}
    return [{**project, "optional-dependencies": part} for part in (extras, benchmark, graders)]


LOCK = (ROOT / "requirements.txt").read_text("utf-8")
BENCHMARK_LOCK = (ROOT / "locks" / "benchmark.txt").read_text("utf-8")
GRADERS_LOCK = (ROOT / "locks" / "graders.txt").read_text("utf-8")
LOCKS = (LOCK, BENCHMARK_LOCK, GRADERS_LOCK)
HASH = "--hash=sha256:" + 64 * "0"


def test_every_locked_package_is_exact_and_hashed():
    assert len(locked(LOCK)) > 100
    assert [unhashed(lock) for lock in LOCKS] == [[], [], []]


@pytest.mark.parametrize("entry", ["b==2.0", "b", f"b>=2 {HASH}", f"b @ file:///b {HASH}"])
def test_an_entry_that_is_not_exact_and_hashed_would_be_noticed(entry):
    assert unhashed(f"a==1 \\\n    {HASH}\n    # via b\n{entry}\n") == ["b"]


def test_an_index_address_in_the_lock_would_be_noticed():
    assert unhashed("--index-url file:///simple\n" + LOCK) == ["--index-url"]


def test_the_lock_is_in_step_with_pyproject_and_says_how_it_was_made():
    for project, lock in zip(split_extras(PROJECT["project"]), LOCKS, strict=True):
        assert out_of_step(project, lock) == [], "run: make lock"
        assert "\n#    make lock\n" in lock


@pytest.mark.parametrize("dependency", ["numpy>=999", "a-new-dependency"])
def test_a_lock_out_of_step_would_be_noticed(dependency):
    changed = {**PROJECT["project"], "dependencies": [dependency]}
    for project, lock in zip(split_extras(changed), LOCKS, strict=True):
        assert out_of_step(project, lock) == [dependency]


def test_nodes_lock_carries_no_download_address_and_is_in_step():
    lock = json.loads((ROOT / "package-lock.json").read_text("utf-8"))["packages"]
    package = json.loads((ROOT / "package.json").read_text("utf-8"))
    assert [name for name, entry in lock.items() if "resolved" in entry] == []
    assert [name for name, entry in lock.items() if name and "integrity" not in entry] == []
    for kind in ("dependencies", "devDependencies"):
        assert lock[""][kind] == package[kind], "run: make lock"


def test_the_version_is_the_same_wherever_it_is_stated():
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text("utf-8"))
    assert citation["version"] == PROJECT["project"]["version"]


# JupyterLab


def refused(listing):
    """Return the extensions that a `jupyter labextension list` marks as not compatible."""
    plain = re.sub(r"\x1b\[\d+m", "", listing)
    return re.findall(r"^\s+(\S+) v\S+ \w+ +X", plain, re.MULTILINE)


@pytest.mark.slow
def test_jupyterlab_takes_the_extensions_that_render_the_chapters():
    code, listing = run(shutil.which("jupyter"), "labextension", "list")
    assert code == 0
    assert "jupyterlab-myst" in listing
    assert refused(listing) == [], "pin jupyterlab or the extension in pyproject.toml: make lock"


def test_a_refused_extension_would_be_noticed():
    good = "        jupyterlab-myst v2.7.0 \x1b[32menabled\x1b[0m \x1b[32mOK\x1b[0m (python, x)\n"
    bad = "        jupyterlab-myst v2.7.0 \x1b[32menabled\x1b[0m \x1b[31m X\x1b[0m (python, x)\n"
    assert refused("JupyterLab v4\n" + good) == []
    assert refused("JupyterLab v4\n" + good + bad) == ["jupyterlab-myst"]
