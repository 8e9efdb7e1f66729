"""The seed of a verdict: secret, and the same for the same file in the same course."""

import stat

import pytest
import torch

from autograder.grading.errors import GradingError
from autograder.grading.seed import SECRET, course_secret, derive_seed, find_course, generator_for


def test_the_secret_is_made_once_and_only_its_owner_reads_it(tmp_path):
    """Mode 0600, and the same bytes at the second asking."""
    secret = course_secret(tmp_path)
    assert len(secret) == 32
    assert course_secret(tmp_path) == secret
    assert stat.S_IMODE((tmp_path / SECRET).stat().st_mode) == 0o600
    assert {path.name for path in (tmp_path / SECRET).parent.iterdir()} == {
        SECRET.name,
        ".gitignore",
    }


def test_each_course_has_a_secret_of_its_own(tmp_path):
    """Knowing one tells nothing of another."""
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    assert course_secret(tmp_path / "a") != course_secret(tmp_path / "b")


@pytest.mark.parametrize("content", ["", "xyz", "ab" * 8])
def test_a_damaged_secret_is_not_used(tmp_path, content):
    """A sentence says which file it is."""
    (tmp_path / SECRET).parent.mkdir()
    (tmp_path / SECRET).write_text(content)
    with pytest.raises(GradingError, match="secret"):
        course_secret(tmp_path)


def test_a_folder_that_cannot_be_written_is_told(tmp_path):
    """Here a file stands where the folder should."""
    (tmp_path / SECRET.parent).write_text("")
    with pytest.raises(GradingError, match="--seed"):
        course_secret(tmp_path)


def test_the_seed_depends_on_secret_stage_and_file():
    """And is a number that JSON keeps exactly."""
    seeds = [
        derive_seed(secret, stage, file)
        for secret in (b"a" * 32, b"b" * 32)
        for stage in ("01_unrolled", "03_batchnorm")
        for file in ("sha256:1", "sha256:2")
    ]
    assert len(set(seeds)) == 8
    assert all(0 <= seed < 2**53 for seed in seeds)
    assert derive_seed(b"a" * 32, "01_unrolled", "sha256:1") == seeds[0]


def test_each_purpose_has_random_numbers_of_its_own():
    """The same ones again for the same seed and purpose."""
    first, again, other = (
        torch.rand(3, generator=generator_for(5, purpose)) for purpose in ("a", "a", "b")
    )
    assert torch.equal(first, again) and not torch.equal(first, other)


def test_the_course_is_the_folder_with_nbgraders_settings(tmp_path):
    """Looked for upwards; without one it is the folder itself."""
    inner = tmp_path / "submitted" / "ann"
    inner.mkdir(parents=True)
    assert find_course(inner) == inner.resolve()
    (tmp_path / "nbgrader_config.py").write_text("")
    assert find_course(inner) == tmp_path.resolve()
