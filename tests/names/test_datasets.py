"""Letters as numbers, windows of context, the three parts and minibatches."""

import random
import string

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from autograder.minibatch import draw_minibatch
from autograder.names import ALPHABET, NamesError, build_dataset, decode, encode, split_names

words = st.text(alphabet=string.ascii_lowercase, min_size=1, max_size=12)
word_lists = st.lists(words, min_size=1, max_size=12)


def test_the_dot_is_zero_and_the_letters_follow() -> None:
    """27 characters: the dot, then a = 1 to z = 26."""
    assert len(ALPHABET) == 27
    assert encode(".abz") == [0, 1, 2, 26]


@given(st.text(alphabet=ALPHABET))
def test_encode_and_decode_undo_each_other(text: str) -> None:
    """Every text in the alphabet survives the way to indices and back."""
    assert text == decode(encode(text))


@given(st.lists(st.integers(0, 26)))
def test_decode_and_encode_undo_each_other(indices: list[int]) -> None:
    """Every list of indices survives the way to text and back."""
    assert indices == encode(decode(indices))


@pytest.mark.parametrize("name", ["Emma", "josé", "a-b"])
def test_a_character_outside_the_alphabet_is_refused(name: str) -> None:
    """The message shows the alphabet."""
    with pytest.raises(NamesError, match="not in the alphabet"):
        encode(name)


@pytest.mark.parametrize("index", [-1, 27])
def test_an_index_outside_the_alphabet_is_refused(index: int) -> None:
    """A negative index must not count from the end."""
    with pytest.raises(NamesError, match="0 to 26"):
        decode([index])


def test_windows_of_one_name() -> None:
    """The five places of a four-letter name, spelled out."""
    X, Y = build_dataset(["emma"], context=3)
    assert [decode(row.tolist()) for row in X] == ["...", "..e", ".em", "emm", "mma"]
    assert decode(Y.tolist()) == "emma."


@given(names=word_lists, context=st.integers(1, 5))
def test_windows_agree_with_a_naive_loop(names: list[str], context: int) -> None:
    """Counting characters one by one gives the same windows and targets."""
    expected_x, expected_y = [], []
    for name in names:
        for position in range(len(name) + 1):
            row = []
            for distance in range(context, 0, -1):
                before = position - distance
                row.append(0 if before < 0 else ord(name[before]) - ord("a") + 1)
            expected_x.append(row)
            expected_y.append(0 if position == len(name) else ord(name[position]) - ord("a") + 1)
    X, Y = build_dataset(names, context)
    assert torch.equal(torch.tensor(expected_x), X)
    assert torch.equal(torch.tensor(expected_y), Y)


def test_no_names_give_an_empty_dataset_of_the_right_shape() -> None:
    """Shapes and dtypes hold without a single row."""
    X, Y = build_dataset([], context=3)
    assert (tuple(X.shape), tuple(Y.shape)) == ((0, 3), (0,))
    assert (torch.int64, torch.int64) == (X.dtype, Y.dtype)


def test_a_context_of_nothing_is_refused() -> None:
    """A window needs a character."""
    with pytest.raises(ValueError, match="context is 0"):
        build_dataset(["emma"], context=0)


@given(names=st.lists(words, min_size=10, max_size=60), seed=st.integers(0, 2**32))
def test_the_split_is_a_partition(names: list[str], seed: int) -> None:
    """No name is lost, added or changed, and the list that was given stays as it is."""
    before = list(names)
    train, validation, test = split_names(names, seed)
    assert sorted(names) == sorted(train + validation + test)
    assert before == names
    assert abs(len(train) - 0.8 * len(names)) < 1
    assert abs(len(train) + len(validation) - 0.9 * len(names)) < 1


@given(names=st.lists(words, min_size=10, max_size=60), seed=st.integers(0, 2**32))
def test_the_split_depends_on_names_and_seed_only(names: list[str], seed: int) -> None:
    """Two calls agree whatever the global generator did, and do not disturb it."""
    first = split_names(names, seed)
    random.seed(seed + 1)
    state = random.getstate()
    assert first == split_names(names, seed)
    assert state == random.getstate()


def test_the_split_is_the_lecture_s() -> None:
    """Seeding the global generator, shuffling and cutting at 80 and 90 % gives the same parts."""
    names = [letter * count for count in range(1, 10) for letter in string.ascii_lowercase]
    shuffled = list(names)
    random.seed(42)
    random.shuffle(shuffled)
    cuts = int(0.8 * len(names)), int(0.9 * len(names))
    expected = shuffled[: cuts[0]], shuffled[cuts[0] : cuts[1]], shuffled[cuts[1] :]
    assert expected == split_names(names)


@pytest.mark.parametrize("count", range(6))
def test_too_short_a_list_is_refused(count: int) -> None:
    """An empty part would only fail later, in the middle of the training."""
    with pytest.raises(NamesError, match=f"A list of {count} names is too short"):
        split_names(["ada"] * count)


def test_a_minibatch_keeps_windows_with_their_targets() -> None:
    """Rows of X and Y are drawn together, the seed fixes them, and only its generator moves."""
    X = torch.arange(30).reshape(10, 3)
    Y = 3 * torch.arange(10)
    state = torch.random.get_rng_state()
    first = draw_minibatch(X, Y, 64, torch.Generator().manual_seed(1))
    again = draw_minibatch(X, Y, 64, torch.Generator().manual_seed(1))
    assert torch.equal(state, torch.random.get_rng_state())
    assert tuple(first[0].shape) == (64, 3)
    assert torch.equal(first[0][:, 0], first[1])
    assert all(torch.equal(a, b) for a, b in zip(first, again, strict=True))


@pytest.mark.parametrize(("rows", "targets"), [(0, 0), (3, 2)])
def test_a_minibatch_of_mismatched_or_no_examples_is_refused(rows: int, targets: int) -> None:
    """Both lengths are told."""
    X, Y = torch.zeros(rows, 3, dtype=torch.int64), torch.zeros(targets, dtype=torch.int64)
    with pytest.raises(ValueError, match=f"X has {rows} rows and Y has {targets}"):
        draw_minibatch(X, Y, 4, torch.Generator())
