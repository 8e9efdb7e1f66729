"""A student's first half hour: the course map, stage 01, a wrong answer, help, a right one."""

import json
import re
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from playwright.sync_api import Locator, Page, expect

STAGES = ["00_warmup", "01_unrolled", "02_cross_entropy", "03_batchnorm", "04_training"]
WRONG = [
    "# dlogprobs: my first try",
    "dlogprobs = torch.zeros_like(logprobs)",
    "dlogprobs[range(n), Yb] = 1.0 / n",
]
RIGHT = [*WRONG[:2], "dlogprobs[range(n), Yb] = -1.0 / n"]
INSTRUCTOR_TOOLS = re.compile(
    "formgrader|nbgrader|course list|assignment list|create assignment", re.IGNORECASE
)


class NotebookPage:
    """The notebook in front. Cells are told apart by text that stands in them."""

    def __init__(self, page: Page) -> None:
        self.page = page
        # Panels that are not in front stay in the page, hidden.
        self.panel = page.locator(".jp-NotebookPanel:not(.lm-mod-hidden)")

    def wait_until_idle(self) -> None:
        """The kernel has started and works on nothing, as the status bar says."""
        status = self.page.locator("#jp-main-statusbar")
        expect(status).to_contain_text("| Idle", timeout=300_000)

    def code_cell(self, text: str) -> Locator:
        """The one code cell whose source has this text."""
        source = self.page.locator(".jp-InputArea-editor", has_text=text)
        cell = self.panel.locator(".jp-CodeCell").filter(has=source)
        expect(cell).to_have_count(1)
        return cell

    def select(self, cell: Locator) -> None:
        """Put the cursor into a cell."""
        cell.scroll_into_view_if_needed()
        cell.locator(".cm-content").click()

    def run_all_above(self, cell: Locator) -> None:
        """Run every cell above this one, with the menu."""
        self.select(cell)
        self.page.get_by_role("menuitem", name="Run", exact=True).click()
        self.page.get_by_role("menuitem", name=re.compile("Run All Above")).click()
        self.wait_until_ran()

    def run(self, cell: Locator) -> None:
        """Run one cell with the keyboard, and stay in it."""
        self.select(cell)
        self.page.keyboard.press("Control+Enter")
        self.wait_until_ran(cell)

    def wait_until_ran(self, cell: Locator | None = None) -> None:
        """No cell (or not this one) shows the star of a cell that waits or runs."""
        prompts = (cell or self.panel).locator(".jp-InputPrompt", has_text="[*]")
        expect(prompts).to_have_count(0, timeout=300_000)
        if cell is not None:
            prompt = cell.locator(".jp-InputPrompt")
            expect(prompt).to_have_text(re.compile(r"\[\d+\]"), timeout=300_000)
        self.wait_until_idle()

    def write(self, cell: Locator, lines: Sequence[str]) -> None:
        """Replace what stands in a cell, as with paste: no editor help changes the text."""
        self.select(cell)
        self.page.keyboard.press("Control+a")
        self.page.keyboard.insert_text("\n".join(lines))

    def cell_below(self, cell: Locator) -> Locator:
        """A new, empty cell below this one."""
        self.select(cell)
        self.page.keyboard.press("Escape")
        self.page.keyboard.press("b")
        return self.panel.locator(".jp-Cell.jp-mod-active")

    def delete(self, cell: Locator) -> None:
        """Delete a cell with the keyboard."""
        self.select(cell)
        self.page.keyboard.press("Escape")
        self.page.keyboard.press("d")
        self.page.keyboard.press("d")

    def save(self) -> None:
        """Save with the keyboard, and wait until the tab no longer shows unsaved changes."""
        self.page.keyboard.press("Control+s")
        expect(self.page.locator(".lm-TabBar-tab.jp-mod-current.jp-mod-dirty")).to_have_count(0)

    def validate(self) -> Locator:
        """Press nbgrader's Validate button; the dialog with the result."""
        self.panel.get_by_role("button", name="Validate").click()
        dialog = self.page.locator(".jp-Dialog")
        expect(dialog).to_be_visible(timeout=600_000)
        return dialog


def loaded_pictures(area: Locator, count: int) -> list[str]:
    """The texts of the pictures in an output, when all of them have been loaded."""
    images = area.locator("img")
    expect(images).to_have_count(count)
    texts = []
    for image in images.all():
        assert image.evaluate("picture => picture.decode().then(() => picture.naturalWidth)") > 0
        texts.append(image.get_attribute("alt") or "")
    assert all(texts)
    return texts


def sources_on_disk(path: Path) -> list[list[str]]:
    """The lines of each cell of a notebook file."""
    notebook = json.loads(path.read_text(encoding="utf-8"))
    return ["".join(cell["source"]).splitlines() for cell in notebook["cells"]]


def commands_like(page: Page, words: str) -> list[str]:
    """The names of all commands that the command palette offers for these words."""
    page.keyboard.press("Control+Shift+c")
    palette = page.locator(".lm-CommandPalette")
    expect(palette).to_be_visible()
    palette.locator("input").fill(words)
    labels = palette.locator(".lm-CommandPalette-itemLabel").all_inner_texts()
    page.keyboard.press("Escape")
    expect(palette).to_be_hidden()
    return labels


def test_a_student_takes_the_first_step(
    lab: Any, page: Page, traffic: Any, look: Callable[..., None]
) -> None:
    """From the landing page to a validated and saved answer, without leaving the machine."""
    page.goto(f"{lab.address}/?token={lab.token}")

    # The course map is rendered, and leads to every stage.
    course_map = page.locator(".jp-MarkdownViewer")
    expect(course_map.get_by_role("heading", name="Backprop by hand")).to_be_visible()
    for stage in STAGES:
        expect(course_map.get_by_role("link", name=stage[:2])).to_be_visible()
    look("course-map")

    # Stage 01 opens from the map, and its kernel starts by itself.
    course_map.get_by_role("link", name="01").click()
    notebook = NotebookPage(page)
    expect(notebook.panel.get_by_role("heading", level=1)).to_be_visible()
    notebook.wait_until_idle()
    # What JupyterLab completes in a notebook's metadata is there: nothing waits to be saved.
    page.wait_for_timeout(2000)
    expect(page.locator(".lm-TabBar-tab.jp-mod-current", has_text="01_unrolled")).to_be_visible()
    expect(page.locator(".lm-TabBar-tab.jp-mod-dirty")).to_have_count(0)
    look("stage-opened")

    # A wrong sign: the check below the answer fails, and names the mistake.
    answer, check = notebook.code_cell("# dlogprobs:"), notebook.code_cell('check("dlogprobs")')
    notebook.run_all_above(answer)
    notebook.write(answer, WRONG)
    notebook.run(answer)
    notebook.run(check)
    said = check.locator(".jp-OutputArea")
    expect(said).to_contain_text("dlogprobs is wrong. The loss has a minus sign.")
    expect(said).to_contain_text("CheckFailed")
    # Two pictures, which are really there, and a text for those who do not see them.
    pictures = loaded_pictures(said, 2)
    assert "differ" in pictures[0] and "logprobs" in pictures[1]
    expect(said.get_by_role("link", name="Indexing and the mean")).to_be_visible()
    look("check-wrong", answer, check)

    # Help: one more hint at each call, the whole stage, the graph with the progress on it.
    asked = notebook.cell_below(check)
    notebook.write(asked, ['check.hint("dlogprobs")'])
    for level in ("shapes", "the rule", "the formula"):
        expect(asked.locator(".jp-OutputArea")).not_to_contain_text(f": {level}")
        notebook.run(asked)
        expect(asked.locator(".jp-OutputArea")).to_contain_text(f": {level}")
        if level == "the rule":
            look("hint", asked)
    expect(asked.locator(".jp-OutputArea")).to_contain_text("Hints used in this stage: 3")
    notebook.write(asked, ["check.summary()"])
    notebook.run(asked)
    expect(asked.locator(".jp-OutputArea")).to_contain_text("Next: dlogprobs")
    expect(asked.locator(".jp-OutputArea")).to_contain_text("wrong: wrong sign")
    look("summary", asked)
    notebook.write(asked, ["check.graph()"])
    notebook.run(asked)
    (told,) = loaded_pictures(asked.locator(".jp-OutputArea"), 1)
    assert "dlogprobs wrong" in told
    look("graph", asked)

    # An error of Python's: the line below it says what it means.
    notebook.write(asked, ["dprobs = dlogprob / probs"])
    notebook.run(asked)
    expect(asked.locator(".jp-OutputArea")).to_contain_text("NameError")
    expect(asked.locator(".jp-OutputArea")).to_contain_text("What this means")
    expect(asked.locator(".jp-OutputArea").locator("code", has_text="dlogprobs")).to_be_visible()
    look("exception", asked)
    notebook.delete(asked)

    # The right sign: the same check passes.
    notebook.write(answer, RIGHT)
    notebook.run(answer)
    notebook.run(check)
    expect(check.locator(".jp-OutputArea")).to_contain_text("dlogprobs is right")
    expect(check.locator(".jp-OutputArea")).not_to_contain_text("CheckFailed")
    look("check-right", answer, check)

    # Saved: the answer is in the student's own file, and only there.
    notebook.save()
    mine = lab.work / "01_unrolled" / "01_unrolled.ipynb"
    assert RIGHT in sources_on_disk(mine)

    # Validate runs the whole notebook anew: the other steps are not done yet, and it says so.
    dialog = notebook.validate()
    expect(dialog).to_contain_text("Validation")
    look("validated")
    expect(dialog).to_contain_text('check("dprobs")')
    expect(dialog).not_to_contain_text('check("dlogprobs")')
    dialog.get_by_role("button").last.click()
    expect(dialog).to_be_hidden()

    # Nothing of an instructor's, in no menu, no launcher and no command.
    assert "Run All Cells" in " ".join(commands_like(page, "run all"))
    for words in ("grader", "assignment", "course list"):
        found = [label for label in commands_like(page, words) if INSTRUCTOR_TOOLS.search(label)]
        assert found == []
    page.keyboard.press("Control+Shift+l")
    expect(page.locator(".jp-Launcher:visible")).to_be_visible()
    expect(page.locator("body")).not_to_contain_text(INSTRUCTOR_TOOLS)
    look("launcher")

    # No news, no question about news, and not one request to another machine.
    expect(page.locator(".Toastify__toast, .jp-Notification-Toast")).to_have_count(0)
    assert len(traffic.addresses) > 100
    assert traffic.hosts() == {"127.0.0.1"}
