"""A submitted file is read if it is a notebook in any form, or refused with one sentence."""

import hashlib
import json
import os
from pathlib import Path

import pytest

from autograder.grading import ingest
from autograder.grading.ingest import (
    MAX_CELLS,
    MAX_SOURCE,
    Refused,
    find_submission,
    parse_submission,
    read_submission,
)
from autograder.grading.notebook.file import MAX_BYTES
from autograder.grading.notebook.scan import MAX_DEPTH, MAX_TOKENS
from autograder.grading.repair import prepare
from tests.grading.notebook.course import ANSWERS, STAGE, answers, instructors, submission

FIXTURES = Path(__file__).parent / "fixtures"


def refusal(content):
    """The sentence with which these bytes are refused."""
    with pytest.raises(Refused) as caught:
        parse_submission(content if isinstance(content, bytes) else json.dumps(content).encode())
    return str(caught.value)


def notebook(*cells, **more):
    """A notebook with these cells."""
    return {"cells": list(cells), "metadata": {}, "nbformat": 4, "nbformat_minor": 5} | more


def code(source, **more):
    """A code cell."""
    return {"cell_type": "code", "metadata": {}, "source": source} | more


def read(value):
    """The notebook in a JSON value."""
    return parse_submission(json.dumps(value).encode())


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("saved_by_colab", ""),
        ("saved_by_colab_without_nbgrader_metadata", "for want of a name: dprobs, dlogits, dh,"),
        ("saved_by_vs_code", ""),
        ("no_cell_ids_nbformat_4_0", ""),
        ("no_cell_ids_nbformat_4_4", ""),
        ("nbformat_3_worksheets", "The notebook is in an old format, with worksheets"),
        ("byte_order_mark_utf_8", "The file begins with the byte-order mark of UTF-8"),
        ("byte_order_mark_utf_16", "The file begins with the byte-order mark of UTF-16"),
        ("utf_16_without_mark", "The file is written in UTF-16-BE"),
        ("windows_line_ends", ""),
    ],
)
def test_every_program_that_saves_notebooks_is_understood(name, told):
    """All answers arrive; what had to be mended is told, and nothing else."""
    raw = read_submission(FIXTURES / f"{name}.ipynb")
    found = prepare(raw, instructors(), STAGE)
    assert answers(found) == ANSWERS
    assert bool(told) == bool(found.repairs)
    assert told in " ".join(found.repairs)


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("cut_off_half_way", "is cut off: it ends after 2,795 characters"),
        ("merge_conflict", "is not a notebook: Expecting property name enclosed in double quotes"),
        ("nbformat_5", "is in a notebook format newer than 4"),
        ("page_saved_as_notebook", "is not a notebook: it does not begin with a brace"),
    ],
)
def test_what_is_no_whole_notebook_is_refused_in_a_sentence(name, told):
    """The sentence names the file."""
    with pytest.raises(Refused) as caught:
        read_submission(FIXTURES / f"{name}.ipynb")
    sentence = str(caught.value)
    assert sentence.startswith(f"{name}.ipynb {told}")
    assert sentence.endswith(".") and "\n" not in sentence


def test_a_cut_off_file_is_never_guessed_at():
    """Wherever it ends, it is refused, and it is told where that is."""
    text = json.dumps(submission(), indent=1)
    for length in range(1, len(text.rstrip()), 97):
        sentence = refusal(text[:length].encode())
        line = text[:length].count("\n") + 1
        assert f"is cut off: it ends after {length:,} characters, on line {line}" in sentence
    assert ", inside cell 3;" in refusal(text[: text.index("The forward pass")].encode())
    assert "inside" not in refusal(text[: text.index("nbformat")].encode())


def test_the_digest_is_that_of_the_file():
    """Two files with the same cells have different digests."""
    path = FIXTURES / "byte_order_mark_utf_8.ipynb"
    expected = hashlib.sha256(path.read_bytes()).hexdigest()
    assert read_submission(path).submission == f"sha256:{expected}"


@pytest.mark.parametrize("value", [[], 1, None, "x", {}, {"cells": {}}, {"cells": None}])
def test_json_without_cells_is_refused(value):
    """Whatever else it is."""
    assert "is not a notebook" in refusal(value)


@pytest.mark.parametrize("content", [b"", b" \n", b"\xef\xbb\xbf", b"\0\0", b"\xff\xfe"])
def test_an_empty_file_is_refused(content):
    """A byte-order mark is nothing, too."""
    assert refusal(content).startswith("The notebook is")


def test_odd_cells_are_read_as_far_as_they_are_cells():
    """Each of them is told, and the ordinary cell among them is read."""
    raw = read(
        notebook(
            None,
            7,
            ["code"],
            {},
            code(None),
            code({"a": 1}),
            code(["a = 1\n", 2, "b = 3"]),
            {"cell_type": ["code"], "source": "x", "metadata": [], "id": 5},
            code("ordinary", metadata={"nbgrader": {"grade_id": {"no": "text"}}}),
            code("named", metadata={"nbgrader": {"grade_id": "dh"}}, id="one"),
        )
    )
    assert [(c.number, c.kind, c.source, c.id, c.grade_id) for c in raw.cells] == [
        (4, "raw", "", "", ""),
        (5, "code", "", "", ""),
        (6, "code", "", "", ""),
        (7, "code", "a = 1\nb = 3", "", ""),
        (8, "raw", "x", "", ""),
        (9, "code", "ordinary", "", ""),
        (10, "code", "named", "one", "dh"),
    ]
    assert [sentence[:7] for sentence in raw.repairs] == [f"Cell {n} " for n in (1, 2, 3, 6, 7)]


def test_what_no_source_can_hold_is_replaced():
    """Half a surrogate pair cannot be encoded, and NUL cannot be run."""
    raw = parse_submission(
        b'{"cells": [{"cell_type": "code", "source": "a\\ud800b\\u0000\\ud83d\\ude00"}], '
        b'"nbformat": 4}'
    )
    assert raw.cells[0].source == "a�b�\N{GRINNING FACE}"
    assert len(raw.repairs) == 1


def test_bytes_that_are_no_text_are_replaced():
    """Where the first one is is told."""
    raw = parse_submission(
        b'{"cells": [{"cell_type": "code", "source": "\xe4 = 1"}], "nbformat": 4}'
    )
    assert raw.cells[0].source == "� = 1"
    assert "not UTF-8, the first after 44 bytes" in raw.repairs[0]


def test_too_much_is_refused_before_it_is_parsed():
    """Depth, number of parts, number of cells, size of the file."""
    deep = b'{"cells": ' + b"[" * MAX_DEPTH
    assert f"more than {MAX_DEPTH} levels deep" in refusal(deep + b"]" * MAX_DEPTH + b"}")
    assert f"more than {MAX_DEPTH} levels deep" in refusal(deep * 2)
    assert "levels deep" in refusal(b'{"a":' * 100_000)
    many = b'{"cells": [' + b"0," * MAX_TOKENS + b"0]}"
    assert f"more than {MAX_TOKENS:,} parts" in refusal(many)
    assert f"more than the {MAX_CELLS:,} that are read" in refusal(
        notebook(*[None] * (MAX_CELLS + 1))
    )


def test_a_cell_that_is_too_long_costs_itself_only():
    """The others are read."""
    raw = read(notebook(code("a" * (MAX_SOURCE + 1)), code("b" * MAX_SOURCE), code("c")))
    assert [cell.source[:1] for cell in raw.cells] == ["b", "c"]
    assert raw.repairs[0].startswith(f"Cell 1 has {MAX_SOURCE + 1:,} characters")


def test_too_long_sources_together_are_refused(monkeypatch):
    """Each of them is bearable."""
    monkeypatch.setattr(ingest, "MAX_SOURCES", 30)
    assert "has 33 characters in its cells" in refusal(notebook(*[code("a" * 11)] * 3))


def test_monstrous_numbers_are_harmless():
    """Python would refuse to convert the one, and take its time for the other."""
    digits = b"1" * 100_000
    for number in (digits, b"-" + digits, b"1." + digits, b"1e" + digits, b"NaN", b"-Infinity"):
        content = b'{"cells": [{"execution_count": ' + number + b'}], "nbformat": 4}'
        assert len(parse_submission(content).cells) == 1


def test_a_symbolic_link_is_refused(tmp_path):
    """Wherever it leads, and be it nowhere."""
    (tmp_path / "real.ipynb").write_text("{}")
    for target in ("real.ipynb", "nowhere", "/etc/passwd"):
        link = tmp_path / "link.ipynb"
        link.symlink_to(target)
        with pytest.raises(Refused, match=r"^link\.ipynb is a symbolic link"):
            read_submission(link)
        link.unlink()


def test_a_hard_link_is_refused(tmp_path):
    """It may be a file that the student cannot read but the grader can."""
    (tmp_path / "real.ipynb").write_text("{}")
    os.link(tmp_path / "real.ipynb", tmp_path / "link.ipynb")
    with pytest.raises(Refused, match="is a hard link to a file that has other names"):
        read_submission(tmp_path / "link.ipynb")


def test_a_pipe_is_refused_and_does_not_block(tmp_path):
    """Nor does a folder, a device or nothing at all."""
    os.mkfifo(tmp_path / "pipe.ipynb")
    for path in (tmp_path / "pipe.ipynb", tmp_path, Path("/dev/zero")):
        with pytest.raises(Refused, match="is not an ordinary file"):
            read_submission(path)
    for path in (tmp_path / "gone.ipynb", Path("a\0b"), tmp_path / ("x" * 5000)):
        with pytest.raises(Refused, match="cannot be read"):
            read_submission(path)


def test_a_file_that_is_too_large_is_not_read(tmp_path):
    """A file with a hole in it has the size without the bytes."""
    path = tmp_path / "large.ipynb"
    with path.open("wb") as file:
        file.truncate(MAX_BYTES + 1)
    with pytest.raises(Refused, match=f"has {MAX_BYTES + 1:,} bytes"):
        read_submission(path)


def test_a_file_that_is_exchanged_while_it_is_read_is_refused(tmp_path, monkeypatch):
    """Between the look at its status and its opening."""
    path, other = tmp_path / "a.ipynb", tmp_path / "b.ipynb"
    path.write_text("{}")
    other.write_text("{}")
    real = os.open

    def exchange(name, *arguments):
        other.replace(path)
        return real(name, *arguments)

    monkeypatch.setattr(os, "open", exchange)
    with pytest.raises(Refused, match="was replaced while it was read"):
        read_submission(path)


def test_a_hostile_file_name_is_not_repeated(tmp_path):
    """Control characters do not reach a terminal, and a long name does not fill it."""
    name = "\x1b[2J\u202e" + "n" * 200
    with pytest.raises(Refused) as caught:
        read_submission(tmp_path / name)
    assert "\x1b" not in str(caught.value) and "\u202e" not in str(caught.value)
    assert len(str(caught.value)) < 150


def test_the_notebook_of_the_right_name_is_found(tmp_path):
    """Whatever else lies there."""
    for name in ("09_small.ipynb", "09_small-Copy1.ipynb", "other.ipynb", "data.csv"):
        (tmp_path / name).write_text("{}")
    assert find_submission(tmp_path, "09_small") == (tmp_path / "09_small.ipynb", ())


@pytest.mark.parametrize(
    "name",
    ["homework.ipynb", "09_small (1).ipynb", "09_small.ipynb.txt", "09_SMALL.IPYNB", "a.json"],
)
def test_a_renamed_notebook_is_found_and_told(tmp_path, name):
    """It is the only one."""
    (tmp_path / name).write_text("{}")
    (tmp_path / ".hidden.ipynb").write_text("{}")
    path, repairs = find_submission(tmp_path, "09_small")
    assert path == tmp_path / name
    assert repairs == (f"The file was called {name}; it was read as 09_small.ipynb.",)


def test_of_several_notebooks_the_one_with_the_stages_name_is_found(tmp_path):
    """If there is just one."""
    for name in ("scratch.ipynb", "Jo_09_small_final.ipynb"):
        (tmp_path / name).write_text("{}")
    assert find_submission(tmp_path, "09_small")[0].name == "Jo_09_small_final.ipynb"


@pytest.mark.parametrize(
    ("names", "told"),
    [
        ([], "There is no notebook in the folder; hand in 09_small.ipynb."),
        (["a.py", "data.csv"], "There is no notebook in the folder"),
        (["a.ipynb", "b.ipynb"], "There are 2 notebooks and none is called 09_small.ipynb"),
        (["09_small-1.ipynb", "09_small-2.ipynb", "a.ipynb"], "There are 2 notebooks"),
    ],
)
def test_a_notebook_that_cannot_be_told_is_refused(tmp_path, names, told):
    """It is not guessed which one counts."""
    for name in names:
        (tmp_path / name).write_text("{}")
    with pytest.raises(Refused) as caught:
        find_submission(tmp_path, "09_small")
    assert str(caught.value).startswith(told)


def test_a_folder_that_is_a_link_is_refused(tmp_path):
    """So is one that is missing."""
    (tmp_path / "link").symlink_to(tmp_path)
    with pytest.raises(Refused, match="link is not a folder"):
        find_submission(tmp_path / "link", "09_small")
    with pytest.raises(Refused, match="gone cannot be read"):
        find_submission(tmp_path / "gone", "09_small")
