"""pyproject.toml, constraints.txt and environment.yml end in the same versions."""

import sysconfig
from importlib.metadata import Distribution, distributions

from packaging.specifiers import SpecifierSet

from tests.environment.pins import conda, constraints, normalized, pins, project, required

OURS = "backprop-by-hand"
OLDEST_PYTHON = "3.11.2"  # Debian 12's
INSTALLERS = {"pip", "uv"}  # each environment brings its own
# The pins are Linux's with a CPU build of torch. A CUDA build brings its libraries, whose versions
# torch itself fixes, and Jupyter needs a little more on macOS and Windows.
ELSEWHERE = {"appnope", "colorama", "pywin32", "pywinpty", "triton"}


def installed() -> list[Distribution]:
    """What lies in the environment itself, not in a directory that a package put on the path."""
    return list(
        distributions(path=sorted({sysconfig.get_path("purelib"), sysconfig.get_path("platlib")}))
    )


def test_conda_pins_what_the_project_requires():
    """environment.yml names every runtime requirement of pyproject.toml, and nothing besides."""
    _, by_pip = conda()
    stated = pins([line for line in by_pip if not line.startswith("-")])
    assert set(stated) == required(project()["dependencies"])


def test_conda_and_venv_end_in_the_same_versions():
    """Each of environment.yml's pins is the one of constraints.txt, which bounds the rest too."""
    _, by_pip = conda()
    tested = constraints()
    stated = pins([line for line in by_pip if not line.startswith("-")])
    assert stated == {name: tested[name] for name in stated}
    assert "-c constraints.txt" in by_pip
    assert "-e ." in by_pip


def test_conda_takes_the_tested_python():
    """environment.yml asks for Python 3.11, which the project admits."""
    by_conda, _ = conda()
    assert "python=3.11" in by_conda
    assert SpecifierSet(project()["requires-python"]).contains(OLDEST_PYTHON)


def test_everything_installed_is_pinned():
    """The environment the tests run in holds exactly the versions of constraints.txt."""
    found = {
        normalized(distribution.name): distribution.version.partition("+")[0]
        for distribution in installed()
        if normalized(distribution.name) not in INSTALLERS | ELSEWHERE | {OURS}
        and not distribution.name.startswith(("nvidia-", "cuda-"))
    }
    tested = constraints()
    assert found == {name: tested.get(name, "not pinned") for name in found}
    assert "torch" in found


def test_every_requirement_is_pinned():
    """Runtime requirements and the author's tools all have a pin that pyproject.toml admits."""
    table = project()
    tested = constraints()
    stated = table["dependencies"] + table["optional-dependencies"]["dev"]
    assert required(stated) <= set(tested)
    for line in stated:
        name, bound = line.split(">=")
        assert SpecifierSet(f">={bound}").contains(tested[normalized(name)]), line


def test_pins_run_on_the_oldest_python():
    """Every pinned version that is installed admits the Python of Debian 12."""
    tested = constraints()
    refused = {
        distribution.name: distribution.metadata["Requires-Python"]
        for distribution in installed()
        if normalized(distribution.name) in tested
        and not SpecifierSet(distribution.metadata["Requires-Python"] or "").contains(OLDEST_PYTHON)
    }
    assert refused == {}


def test_pins_name_no_local_build():
    """No pin carries a build's local tag, which only one machine could install."""
    assert [version for version in constraints().values() if "+" in version] == []
