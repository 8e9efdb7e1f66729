"""What is said when there is no sandbox, and who submissions are."""

import os
from pathlib import Path

import pytest

from autograder.grading.runners import NoSandbox, Runners
from autograder.grading.sandbox import advice
from autograder.grading.sandbox.identity import NoIdentity, unused_user


def _write(root: Path, name: str, text: str) -> None:
    (root / name).parent.mkdir(parents=True, exist_ok=True)
    (root / name).write_text(text, encoding="ascii")


def test_without_bubblewrap_grading_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """One sentence with the command; nothing is graded unprotected instead."""
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(NoSandbox, match="apt-get install bubblewrap"):
        Runners()


def test_a_bubblewrap_that_fails_is_repeated(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """What it said is in the sentence, with what may help."""
    fake = tmp_path / "bwrap"
    fake.write_text("#!/bin/sh\necho 'bwrap: No permissions to create new namespace' >&2\nexit 1\n")
    fake.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    with pytest.raises(NoSandbox, match="No permissions to create new namespace") as caught:
        Runners()
    assert "--sandbox none" in str(caught.value) or "sysctl" in str(caught.value)


@pytest.mark.parametrize(
    ("setting", "value", "mend"),
    [
        ("proc/sys/user/max_user_namespaces", "0", "sysctl user.max_user_namespaces"),
        ("proc/sys/kernel/unprivileged_userns_clone", "0", "unprivileged_userns_clone=1"),
    ],
)
def test_settings_of_the_kernel_are_named(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, setting: str, value: str, mend: str
) -> None:
    """An ordinary user learns which switch is off; root does not need it."""
    _write(tmp_path, setting, f"{value}\n")
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    assert mend in str(advice.lack(tmp_path))
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    assert advice.lack(tmp_path) is None


def test_apparmor_and_containers_are_named(tmp_path: Path) -> None:
    """The two usual reasons why namespaces are refused."""
    said = "first line\nsetting up uid map: Permission denied"
    plain = advice.explain(said, tmp_path)
    assert "uid map" in plain and "first line" not in plain
    _write(tmp_path, ".dockerenv", "")
    assert "--cap-add SYS_ADMIN" in advice.explain(said, tmp_path)
    _write(tmp_path, "proc/sys/kernel/apparmor_restrict_unprivileged_userns", "1\n")
    assert "apparmor_restrict_unprivileged_userns=0" in advice.explain("", tmp_path)


@pytest.mark.parametrize(
    ("mapped", "first", "last"),
    [
        ("0 0 4294967295", 1_879_048_192, 1_880_096_767),
        ("0 100000 65536", 64_936, 65_435),
    ],
)
def test_root_gives_each_submission_an_unused_user(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, mapped: str, first: int, last: int
) -> None:
    """From a range that nobody has, within what a container knows."""
    for kind in ("uid", "gid"):
        _write(tmp_path, f"{kind}_map", f"{mapped}\n")
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    user = unused_user(tmp_path / "uid_map")
    assert user is not None and first <= user <= last
    _write(tmp_path, "gid_map", "0 0 1\n")
    with pytest.raises(NoIdentity):
        unused_user(tmp_path / "uid_map")
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    assert unused_user(tmp_path / "uid_map") is None
