"""A person runs things: sees what runs and why, stops it, tries other values, and mends what is wrong."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.accessibility import violations
from tests.e2e.conftest import Editors
from tests.e2e.documents import toy
from tests.e2e.editor import Editor
from tests.web.http import Http
from tests.web.process import Process


def workflow(nodes: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"latentgraph": 1, "name": "Session", "nodes": nodes, **more}


def given(node: str, output: str = "integer") -> dict[str, Any]:
    return {"outputs": {"result": {"node": node, "output": output}}}


def painting(seconds: float = 0.0, pictures: int = 1, seed: int = 0) -> dict[str, Any]:
    return workflow({"paint": toy("paint", pictures=pictures, seconds=seconds, seed=seed)})


def status(page: Page, node: str) -> Any:
    return page.locator(f"[data-id={node}] .node-status")


def run(page: Page) -> None:
    page.keyboard.press("Control+Enter")


def panel(page: Page, name: str) -> Any:
    page.get_by_role("banner").get_by_role("button", name=name, exact=True).click()
    return page.get_by_role("complementary", name=name)


def choose(page: Page, item: str) -> None:
    page.get_by_role("button", name="More ways to run").click()
    page.get_by_role("menuitem", name=item).click()


def test_a_run_is_followed_on_its_nodes_and_kept_in_the_cache(editor: Editor) -> None:
    page = editor.open(
        workflow(
            {"one": toy("number", value=4711), "sum": toy("add", a={"from": "one.integer"}, b=3)},
            interface=given("sum"),
        )
    )
    run(page)
    expect(status(page, "sum")).to_contain_text("✓")
    run(page)
    expect(status(page, "sum")).to_have_text("4,714cached")
    status(page, "sum").click()
    expect(page.get_by_role("dialog", name="Add")).to_contain_text("computed before")
    expect(page.get_by_role("dialog", name="Add")).to_contain_text("its outputs hold 4 byte")


def test_pictures_of_work_in_progress_appear_and_a_run_can_be_stopped(editor: Editor) -> None:
    page = editor.open(painting(seconds=0.3, pictures=100, seed=1))
    run(page)
    expect(page.locator("[data-id=paint] .node-picture img")).to_be_visible()
    expect(status(page, "paint")).to_contain_text("%")
    expect(page).to_have_title(re.compile(r"^\d+ % · Session"))
    page.get_by_role("button", name="Stop", exact=True).click()
    expect(status(page, "paint")).to_have_text("cancelled")


def test_what_would_run_is_shown_before_it_is_asked_for(editor: Editor) -> None:
    page = editor.open(
        workflow(
            {"one": toy("number", value=815), "sum": toy("add", a={"from": "one.integer"}, b=3)},
            interface=given("sum"),
        )
    )
    run(page)
    expect(status(page, "sum")).to_contain_text("✓")
    page.get_by_label("B, input of Add").first.fill("4")
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Run", exact=False).first.hover()
    expect(page.locator("[data-id=one] [data-planned=hit]").first).to_be_visible()
    expect(status(page, "sum")).to_have_text("will run")
    plan = panel(page, "Plan")
    expect(plan).to_contain_text("1 node would run, 1 is cached")
    expect(plan.get_by_role("button", name="Add")).to_contain_text("will run")


def test_an_error_is_told_on_the_node_and_in_a_list_that_leads_to_it(editor: Editor) -> None:
    page = editor.open(
        workflow(
            {"bad": toy("fail", a=1, message="no more ink"), "after": toy("add", a={"from": "bad.integer"})},
            interface=given("after"),
            layout={"positions": {"bad": [0, 0], "after": [4000, 3000]}},
        )
    )
    run(page)
    panel(page, "Problems").get_by_role("button", name="no more ink").click()
    expect(page.locator("[data-id=bad] .node-card[data-selected]")).to_be_in_viewport()
    expect(page.locator("[data-id=bad] .node-trouble")).to_contain_text("no more ink")
    expect(status(page, "bad")).to_have_text("failed")


def test_faults_of_the_document_lead_into_definitions(editor: Editor) -> None:
    definition = {"nodes": {"deep": toy("add", a=1, b=5000)}, "interface": {}}
    page = editor.open(
        workflow(
            {
                "call": {"type": "flow/call", "version": 1, "inputs": {"body": "part"}},
                "sum": toy("add", a=1, b=9999),
            },
            definitions={"part": definition},
        )
    )
    expect(page.locator("[data-id=sum] .node-row[data-faulty]")).to_be_visible()
    page.get_by_role("button", name="Run", exact=False).first.hover()  # no plan is asked for
    expect(panel(page, "Plan")).to_contain_text("it has 2 problems")
    problems = panel(page, "Problems")
    problems.get_by_role("button", name="in “part”").first.click()
    expect(page.locator("[data-id=deep] .node-card[data-selected]")).to_be_in_viewport()
    expect(page.locator("[data-id=sum]")).to_have_count(0)


def loop(numbers: list[int]) -> dict[str, Any]:
    return workflow(
        {"each": {"type": "flow/map", "version": 1, "inputs": {"body": "part", "each": ["a"], "a": numbers}}},
        definitions={
            "part": {
                "nodes": {
                    "plus": toy("add", b=7),
                    "check": toy("fail_on", a={"from": "plus.integer"}, bad=108),
                },
                "interface": {
                    "inputs": {"a": {"node": "plus", "input": "a"}},
                    "outputs": {"n": {"node": "check", "output": "integer"}},
                },
            }
        },
        interface={"outputs": {"all": {"node": "each", "output": "n"}}},
    )


def test_what_runs_inside_a_loop_shows_on_its_node_and_one_can_look_inside(editor: Editor) -> None:
    page = editor.open(loop([100, 101, 102]))
    run(page)
    expect(status(page, "each")).to_have_text("failed")
    expect(page.locator("[data-id=each] .node-trouble")).to_contain_text("each[1]/check")
    panel(page, "Problems").get_by_role("button", name="108 is the bad one").first.click()
    status(page, "each").click()
    expect(page.get_by_role("dialog")).to_contain_text("1 failed")


def test_several_runs_with_other_seeds_wait_in_the_queue(editor: Editor) -> None:
    page = editor.open({**painting(seed=500), "name": "Batch"})
    choose(page, "Run several times")
    dialog = page.get_by_role("dialog", name="Run several times")
    dialog.get_by_label("How many runs").fill("3")
    editor.look("batch")
    dialog.get_by_role("button", name="Run 3 times").click()
    queue = page.get_by_role("complementary", name="Queue")
    expect(queue).to_contain_text("0 running, 0 waiting")
    queue.get_by_label("Search jobs").fill("Batch")
    expect(queue.locator("[data-status=done] .job-pictures")).to_have_count(3)


def test_a_table_of_values_gives_a_grid_of_results(editor: Editor) -> None:
    page = editor.open(painting(seed=700))
    choose(page, "Run for a table of values")
    dialog = page.get_by_role("dialog", name="Run for a table of values")
    dialog.get_by_role("combobox", name="Input").first.select_option(label="Paint › Seed")
    dialog.get_by_label("Values").first.fill("701..703")
    dialog.get_by_role("button", name="Another input").click()
    dialog.get_by_role("combobox", name="Input").nth(1).select_option(label="Paint › Size")
    dialog.get_by_label("Values").nth(1).fill("16, 32")
    expect(dialog.get_by_role("status")).to_have_text("6 runs")
    assert violations(page) == []
    editor.look("sweep")
    dialog.get_by_role("button", name="Run", exact=True).click()
    results = page.get_by_role("dialog", name="Results of the sweep")
    expect(results.locator(".result img")).to_have_count(6)
    expect(results.get_by_role("status")).to_have_text("6 of 6 runs are over")
    expect(results.locator(".result").nth(1)).to_contain_text("32")
    editor.look("results")
    results.get_by_role("button", name="Close").first.click()
    expect(page.locator(".looking-bar")).to_contain_text("6 of 6")
    page.get_by_role("button", name="Previous of the sweep").click()
    expect(page.locator(".looking-bar")).to_contain_text("5 of 6")


def test_a_list_that_does_not_fit_is_told_before_it_runs(editor: Editor) -> None:
    page = editor.open(painting(seed=900))
    choose(page, "Run for a table of values")
    dialog = page.get_by_role("dialog")
    go = dialog.get_by_role("button", name="Run", exact=True)
    expect(go).to_be_disabled()
    dialog.get_by_label("Values").first.fill("1..100000")
    expect(dialog.get_by_role("status")).to_contain_text("cannot be read")
    expect(go).to_be_disabled()


def test_the_queue_is_put_in_order_paused_and_emptied(restarted: Restarted, editors: Editors) -> None:
    editor = editors(restarted.http)
    page = editor.open(painting(seed=1))
    queue = panel(page, "Queue")
    queue.get_by_role("button", name="Pause", exact=True).click()
    expect(queue).to_contain_text("The queue is paused")
    jobs = [restarted.http.post("/api/v1/jobs", {"document": {**painting(), "name": name}}) for name in "ABC"]
    assert all(job.status == 202 for job in jobs)
    names = queue.locator(".waiting .job-name")
    expect(names).to_have_text(["A", "B", "C"])
    editor.look("queue")
    assert violations(page) == []
    job_menu(page, "C", "Move to the top")
    expect(names).to_have_text(["C", "A", "B"])
    queue.locator(".waiting").first.focus()  # and by keyboard alone
    for key in ("ArrowDown", "ArrowDown", "ArrowRight", "Enter", "ArrowUp", "ArrowUp", "Enter"):
        page.keyboard.press(key)
    expect(names).to_have_text(["C", "B", "A"])
    queue.locator(".waiting").nth(1).drag_to(
        queue.locator(".waiting").first, target_position={"x": 80, "y": 3}
    )
    expect(names).to_have_text(["B", "C", "A"])
    job_menu(page, "A", "Raise its priority")
    expect(names.first).to_have_text("A")
    job_menu(page, "B", "Cancel")
    expect(names).to_have_count(2)
    queue.get_by_role("button", name="Go on").click()
    expect(queue.locator("[data-status=done]")).to_have_count(2)
    job_menu(page, "B", "Run again")
    expect(queue.locator("[data-status=done]")).to_have_count(3)
    job_menu(page, "B", "Open its document")
    expect(page.get_by_role("navigation", name="Open workflows")).to_contain_text("B")
    expect(status(page, "paint")).to_be_visible()


def job_menu(page: Page, name: str, item: str) -> None:
    page.get_by_role("button", name=f"What to do with {name}").click()
    page.get_by_role("menuitem", name=item).click()


@pytest.fixture
def restarted(tmp_path: Path) -> Iterator[Restarted]:
    server = Restarted(tmp_path / "data")
    yield server
    server.end()


class Restarted:
    """A server that goes away and comes back at the same port."""

    def __init__(self, data: Path) -> None:
        self._data = data
        self._process = Process(data, "--port", "0")
        self.http: Http = self._process.http

    def end(self) -> None:
        if self._process.process.poll() is None:
            self._process.process.terminate()
            self._process.ended()

    def begin(self) -> None:
        self._process = Process(self._data, "--port", str(self.http.port))
        assert self._process.http.port == self.http.port


def test_a_server_that_goes_away_in_the_middle_of_a_run_and_comes_back(
    restarted: Restarted, editors: Editors
) -> None:
    editor = editors(restarted.http)
    editor.expect_fault("ERR_CONNECTION|WebSocket|Failed to load resource")
    document = workflow(
        {"train": toy("train", steps=30, seconds=0.1), "last": toy("add", a={"from": "train.integer"})},
        interface=given("last"),
    )
    page = editor.open(document)
    run(page)
    expect(status(page, "train")).to_contain_text("%")
    restarted.end()
    banner = page.get_by_text("The server is away").first
    expect(banner).to_be_visible()
    editor.look("away")
    page.get_by_label("Steps, input of Train").first.fill("31")  # edits go on meanwhile
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Try now").click()  # in vain: it goes on trying by itself
    gallery = panel(page, "Gallery")  # a part of the page that was not fetched yet
    expect(gallery).to_contain_text("when the server is back")
    restarted.begin()
    expect(page.locator(".banner")).to_have_count(0)
    expect(gallery).to_contain_text("Nothing has been made yet")
    expect(status(page, "last")).to_contain_text("✓")  # the run went on, and the page heard of it
    run(page)
    expect(status(page, "last")).not_to_contain_text("failed")


def test_a_page_notices_that_the_server_serves_a_newer_editor(editor: Editor) -> None:
    page = editor.page
    page.route(
        "**/api/v1/check",
        lambda route: route.fulfill(json={"problems": []}, headers={"X-Latentgraph-Client": "other"}),
    )
    editor.open(painting())
    expect(page.locator(".banner")).to_contain_text("The server was updated")
    expect(page.get_by_role("button", name="Reload")).to_be_visible()


@pytest.mark.parametrize("theme", ["dark", "light"])
def test_what_is_told_of_a_run_is_accessible(editors: Editors, toy_server: Http, theme: str) -> None:
    editor = editors(toy_server, color_scheme=theme)
    document = loop([100, 101])
    document["nodes"] = {"loss": toy("decay"), **document["nodes"]}
    document["interface"]["outputs"]["loss"] = {"node": "loss", "output": "numbers"}
    document["layout"] = {"positions": {"loss": [0, 0], "each": [320, 0]}}
    page = editor.open(document)
    run(page)
    expect(status(page, "each")).to_have_text("failed")
    page.get_by_role("button", name=re.compile("^Decay: 40 numbers from .* Show it large$")).click()
    losses = page.get_by_role("dialog", name="Decay")
    expect(losses.get_by_role("img", name=re.compile("^Numbers: 40 numbers"))).to_be_visible()
    assert violations(page) == []
    losses.get_by_role("radio", name="Histogram").check(force=True)
    expect(losses.get_by_role("img", name=re.compile("how often values come"))).to_be_visible()
    editor.look(f"plot-{theme}")
    page.keyboard.press("Escape")
    panel(page, "Problems")
    expect(page.get_by_role("complementary", name="Problems")).to_contain_text("108 is the bad one")
    editor.look(f"problems-{theme}")
    assert violations(page) == []
    status(page, "each").click()
    expect(page.get_by_role("dialog")).to_be_visible()
    editor.look(f"details-{theme}")
    assert violations(page) == []
