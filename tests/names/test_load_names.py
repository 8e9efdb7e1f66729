"""Reading lists of names: the course's own, and whatever else NAMES_FILE may point at."""

import os
import string
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograder.course_files import names_path
from autograder.names import NamesError, load_names

letters = st.text(alphabet=string.ascii_letters, min_size=1, max_size=20)


def written(folder: Path, content: bytes) -> Path:
    """A file with exactly these bytes."""
    path = folder / "names.txt"
    path.write_bytes(content)
    return path


def one_sentence(error: pytest.ExceptionInfo[NamesError]) -> str:
    """The message, once it is sure to be a single line that ends a sentence."""
    message = str(error.value)
    assert "\n" not in message
    assert message.endswith(".")
    return message


def test_the_course_list_is_complete() -> None:
    """The packaged list has every name of 2017, girls before boys, most frequent first."""
    names = load_names(names_path())
    assert len(names) == 32_469
    assert names[:3] == ["emma", "olivia", "ava"]
    assert names[18_309:18_312] == ["liam", "noah", "william"]
    assert len(set(names)) == 29_910
    assert set(string.ascii_lowercase) == set("".join(names))


def test_without_an_argument_the_course_list_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    """An unset and an empty NAMES_FILE both mean the list that comes with the course."""
    monkeypatch.delenv("NAMES_FILE", raising=False)
    expected = load_names(names_path())
    assert expected == load_names()
    monkeypatch.setenv("NAMES_FILE", "")
    assert expected == load_names()


def test_the_environment_names_another_list(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """NAMES_FILE is obeyed, and an explicit path goes before it."""
    mine = written(tmp_path, b"ada\ngrace\n")
    monkeypatch.setenv("NAMES_FILE", str(mine))
    assert load_names() == ["ada", "grace"]
    assert len(load_names(str(names_path()))) == 32_469


@pytest.mark.parametrize(
    "content",
    [
        b"ada\ngrace\n",
        b"ada\ngrace",
        b"Ada\nGRACE\n",
        b"ada\r\ngrace\r\n",
        b"ada\rgrace\r",
        b"\xef\xbb\xbfada\ngrace\n",
        b"\n\nada\n  \n\ngrace\n\n\n",
        b"  ada \t\ngrace   \n",
    ],
    ids=["plain", "no-last-end", "upper", "windows", "old-mac", "bom", "blank", "spaces"],
)
def test_harmless_differences_do_not_matter(content: bytes, tmp_path: Path) -> None:
    """Case, line ends, a byte order mark, blank lines and outer spaces change nothing."""
    assert load_names(written(tmp_path, content)) == ["ada", "grace"]


@given(names=st.lists(letters, min_size=1), end=st.sampled_from(["\n", "\r\n", "\r"]))
def test_what_is_written_is_read(
    names: list[str], end: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Any list of words in ASCII letters comes back lower-case, in order, repetitions kept."""
    path = written(tmp_path_factory.mktemp("names"), end.join(names).encode())
    assert [name.lower() for name in names] == load_names(path)


@pytest.mark.parametrize(
    ("line", "character"),
    [
        ("emma7", "7"),
        ("josé", "é"),
        ("мария", "м"),
        ("mary ann", " "),
        ("o'brien", "'"),
        ("mary,f,7065", ","),
        ("\u212aelvin", "\u212a"),  # its lower case is an ordinary k
        ("em\0ma", "\0"),
    ],
)
def test_another_alphabet_is_refused_with_line_and_character(
    line: str, character: str, tmp_path: Path
) -> None:
    """The message says which line and character, and which letters the course knows."""
    path = written(tmp_path, f"ada\n\n{line}\n".encode())
    with pytest.raises(NamesError) as error:
        load_names(path)
    message = one_sentence(error)
    assert "Line 3" in message
    assert repr(character) in message
    assert "a-z" in message
    assert str(path) in message


def test_bytes_that_are_no_text_are_refused_with_the_line(tmp_path: Path) -> None:
    """Latin-1 bytes are not guessed at: the message names the line and the remedy."""
    with pytest.raises(NamesError) as error:
        load_names(written(tmp_path, b"ada\njos\xe9\n"))
    message = one_sentence(error)
    assert "Line 2" in message
    assert "UTF-8" in message


@pytest.mark.parametrize("content", [b"", b"\n \r\n", b"\xef\xbb\xbf"])
def test_an_empty_list_is_refused(content: bytes, tmp_path: Path) -> None:
    """A file without a name is an error, not an empty dataset."""
    with pytest.raises(NamesError) as error:
        load_names(written(tmp_path, content))
    assert "no name" in one_sentence(error)


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    """The message names the path that was asked for and the variable that sets it."""
    with pytest.raises(NamesError) as error:
        load_names(tmp_path / "nowhere.txt")
    message = one_sentence(error)
    assert "nowhere.txt" in message
    assert "NAMES_FILE" in message


def test_a_folder_is_refused(tmp_path: Path) -> None:
    """A folder in place of a file is named as such."""
    with pytest.raises(NamesError) as error:
        load_names(tmp_path)
    assert "folder" in one_sentence(error)


def test_a_pipe_is_refused_without_waiting_for_it(tmp_path: Path) -> None:
    """A pipe that nobody writes to must not hang the notebook."""
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    caught: list[NamesError] = []

    def read() -> None:
        try:
            load_names(pipe)
        except NamesError as error:
            caught.append(error)

    reader = threading.Thread(target=read, daemon=True)
    reader.start()
    reader.join(timeout=60)
    assert ["not an ordinary file" in str(error) for error in caught] == [True]


def test_a_huge_file_is_refused_before_it_fills_the_memory(tmp_path: Path) -> None:
    """Of a sparse file of a terabyte no more than the limit is read."""
    path = tmp_path / "huge.txt"
    with path.open("wb") as stream:
        stream.truncate(2**40)
    with pytest.raises(NamesError) as error:
        load_names(path)
    assert "larger than 32 MB" in one_sentence(error)


def test_a_text_without_line_breaks_is_refused(tmp_path: Path) -> None:
    """All names run together would give one example of 200,000 letters."""
    with pytest.raises(NamesError) as error:
        load_names(written(tmp_path, b"ada" * 1000))
    assert "3,000 letters" in one_sentence(error)


def test_reading_names_does_not_wait_for_torch() -> None:
    """Importing the module and reading a list leaves torch alone."""
    code = "import sys; import autograder.names as n; n.load_names(); print('torch' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"
