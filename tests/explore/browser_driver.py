"""Controls the page in Chromium and prints the results as JSON; see browser_runs.py. It imports nothing from convcalc."""

from __future__ import annotations

import json
import sys
import threading
import time
from collections.abc import Callable
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from playwright.sync_api import Page, sync_playwright

FLAGS = [
    "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update", "--disable-sync",
    "--disable-extensions", "--no-first-run", "--mute-audio",
]  # fmt: skip
OFFLINE = ["--host-resolver-rules=MAP * ~NOTFOUND"]
PATIENCE = 60_000  # milliseconds, for a busy machine

# Asks the worker directly, one question after the other.
ASK_ALL = """async (questions) => {
  const found = [], usual = worker.onmessage;
  for (const question of questions) {
    found.push(await new Promise((done) => {
      worker.onmessage = ({data}) => done(data.fault ? {fault: data.fault} : JSON.parse(data.answer));
      worker.postMessage({question: JSON.stringify(question)});
    }));
  }
  worker.onmessage = usual;
  return found;
}"""
# Moves a slider, and waits until its answer is shown.
SLIDE = """async (count) => {
  const slider = document.querySelector("#f-n"), answer = document.querySelector("#answer"), times = [];
  for (let i = 0; i < count; i++) {
    const value = String(20 + (i * 7) % 40), start = performance.now();
    await new Promise((done) => {
      const seen = new MutationObserver(() => { seen.disconnect(); done(); });
      seen.observe(answer, {attributes: true, attributeFilter: ["data-address"]});
      slider.value = value;
      slider.dispatchEvent(new Event("input", {bubbles: true}));
    });
    times.push(performance.now() - start);
    await new Promise((done) => setTimeout(done, 20));
  }
  return times;
}"""


class Browser:
    """Chromium, with its requests and error messages."""

    def __init__(self, playwright: Any, given: dict[str, Any], *, offline: bool = True) -> None:
        flags = [*FLAGS, *(OFFLINE if offline else [])]
        self.chromium = playwright.chromium.launch(executable_path=given["chromium"], args=flags)
        self.requests: list[str] = []
        self.complaints: list[str] = []

    def page(self, width: int = 1280, **settings: Any) -> Page:
        """A new page."""
        context = self.chromium.new_context(viewport={"width": width, "height": 900}, **settings)
        page: Page = context.new_page()
        page.set_default_timeout(PATIENCE)
        page.on("request", lambda request: self.requests.append(request.url))
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("console", lambda said: self.complaints.append(f"{said.type}: {said.text}"))
        return page

    def foreign(self, own: str) -> list[str]:
        """The requests for anything except the page and what it made."""
        return [url for url in self.requests if not url.startswith((own, "blob:", "data:"))]


def until(page: Page, expression: str, given: Any = None) -> None:
    """Waits until an expression is true; the page's policy forbids Playwright's own method."""
    ends = time.monotonic() + PATIENCE / 1000
    while not page.evaluate(expression, given):
        if time.monotonic() > ends:
            message = f"still not so: {expression}"
            raise TimeoutError(message)
        page.wait_for_timeout(20)


def awake(page: Page) -> None:
    """Waits for the first answer."""
    page.wait_for_selector("body[data-python=awake]")


def go(page: Page, address: str) -> str:
    """Goes to an address of the page; the headline there."""
    before = page.get_attribute("#answer", "data-address")
    page.evaluate("(where) => { location.hash = where; }", address)
    until(page, "(was) => document.querySelector('#answer').dataset.address !== was", before)
    return str(page.inner_text("#headline"))


def shown(page: Page) -> dict[str, str]:
    """The visible text of the answer and the form."""
    return {
        "headline": page.inner_text("#headline"),
        "parts": page.evaluate("document.querySelector('#parts').textContent"),
        "tags": page.evaluate(
            "[...document.querySelectorAll('#parts *, #form *')].filter((each) => !each.closest('svg'))"
            ".map((each) => [each.localName, ...[...each.attributes].map(({name, value}) => `${name}=${value}`).sort()].join(' '))"
            ".join('\\n')"
        ),
    }


def answers(playwright: Any, given: dict[str, Any]) -> dict[str, Any]:
    """All questions on the page opened from a disk."""
    browser = Browser(playwright, given)
    own = Path(given["page"]).as_uri()
    paints = []
    for _ in range(3):
        page = browser.page()
        page.goto(own, wait_until="commit")
        until(page, "performance.getEntriesByName('first-contentful-paint').length")
        paints.append(
            page.evaluate("performance.getEntriesByName('first-contentful-paint')[0].startTime")
        )
        if len(paints) < 3:
            page.context.close()
    first = shown(page)
    awake(page)
    started = page.evaluate("performance.now()")
    then = shown(page)
    found = page.evaluate(ASK_ALL, given["questions"])
    page.evaluate(SLIDE, 15)
    times = page.evaluate(SLIDE, 60)
    return {
        "first": first, "then": then, "paints": paints, "awake": started, "answers": found, "times": times,
        "foreign": browser.foreign(own), "complaints": browser.complaints,
    }  # fmt: skip


def uses(playwright: Any, given: dict[str, Any]) -> dict[str, Any]:
    """User actions: keys, links, the editor, files."""
    browser = Browser(playwright, given)
    own = Path(given["page"]).as_uri()
    page = browser.page()
    found: dict[str, Any] = {}
    page.goto(f"{own}#maxpool?n=30&k=3&s=2", wait_until="commit")
    awake(page)
    found["linked"] = page.inner_text("#headline")
    found["kind"] = page.input_value("[name='']")
    page.focus("#f-n")
    page.keyboard.press("ArrowRight")
    until(page, "document.querySelector('#answer').dataset.address.includes('n=31')")
    found["key"] = page.inner_text("#headline")
    until(page, "location.hash.includes('n=31')")
    page.select_option("[name='']", "conv")
    until(page, "document.querySelector('#answer').dataset.address.startsWith('conv')")
    found["carried"] = page.get_attribute("#answer", "data-address")
    page.fill("[name=p][type=text]", "same")
    until(page, "document.querySelector('#answer').dataset.address.includes('p=same')")
    found["typed"] = [page.inner_text("#headline"), page.input_value("[name=p][type=text]")]
    page.fill("[name=k][type=text]", "")
    page.wait_for_selector(".error")
    found["refused"] = page.inner_text(".error")
    page.fill("[name=k][type=text]", "5")
    page.wait_for_selector(".error", state="detached")
    found["network"] = go(page, "network?name=lenet5")
    page.click("#parts a:text-is('C3')")
    page.wait_for_selector("details[open]")
    found["working"] = page.inner_text("details[open] pre")
    page.go_back()
    page.wait_for_selector("details[open]", state="detached")
    page.click("nav a[data-tab=yaml]")
    page.wait_for_selector("#f-text")
    page.fill("#f-text", given["wrong"])
    page.wait_for_selector(".error button")
    found["errors"] = page.inner_text(".error")
    page.click(".error button")
    found["selected"] = page.evaluate(
        "(({value, selectionStart: a, selectionEnd: b}) => value.slice(a, b))(document.activeElement)"
    )
    page.fill("#f-text", given["hostile"])
    page.wait_for_selector(".error", state="detached")
    found["hostile"] = page.inner_text("#headline")
    found["made"] = page.evaluate(
        "document.querySelectorAll('#answer :is(img, script, iframe, b)').length"
    )
    page.set_input_files("#open", given["file"])
    until(page, "document.querySelector('#f-text')?.value.includes('tiny')")
    found["opened"] = [page.inner_text("#headline"), page.input_value("#f-text")]
    page.set_input_files("#open", given["picture"])
    page.wait_for_selector(".error")
    found["not opened"] = page.inner_text(".error")
    found["kept"] = page.input_value("#f-text")
    found["why"] = go(page, "why?type=params&answer=2600&k=5&c_in=3&filters=100")
    focused = []
    page.evaluate("document.activeElement.blur()")
    for _ in range(60):
        page.keyboard.press("Tab")
        focused.append(
            page.evaluate(
                "document.activeElement.name || document.activeElement.id || document.activeElement.localName"
            )
        )
    found["focused"] = focused
    return {**found, "foreign": browser.foreign(own), "complaints": browser.complaints}


def looks(playwright: Any, given: dict[str, Any]) -> dict[str, Any]:
    """Every view at three widths, light and dark: findings of axe, elements that are too wide, and a screenshot."""
    browser = Browser(playwright, given)
    axe = Path(given["axe"]).read_text(encoding="utf-8")
    own = Path(given["page"]).as_uri()
    page = browser.page()
    page.goto(own, wait_until="commit")
    awake(page)
    violations: list[str] = []
    wide: list[str] = []
    unseen: list[str] = []
    folder = Path(given["screenshots"])
    folder.mkdir(parents=True, exist_ok=True)
    for name, address in given["views"].items():
        if page.get_attribute("#answer", "data-address") != address:
            go(page, address)
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme=scheme)
            for width in (320, 640, 800, 1280):  # 640 is 1280 at 200 % zoom
                page.set_viewport_size({"width": width, "height": 900})
                room = page.evaluate("document.documentElement.scrollWidth")
                wide += [f"{name} at {width}: {room}"] if room > width else []
                seen = (
                    "document.querySelector('#headline').getBoundingClientRect().top < innerHeight"
                )
                unseen += [f"{name} at {width}"] if not page.evaluate(seen) else []
                if width != 640:
                    page.screenshot(path=folder / f"{name}-{width}-{scheme}.png", full_page=True)
            page.evaluate(f"() => {{ {axe}; window.axe = axe; }}")
            result = page.evaluate("axe.run(document, {resultTypes: ['violations']})")
            violations += [
                f"{name} {scheme}: {each['id']} {each['help']}: {node['html'][:200]}"
                for each in result["violations"]
                for node in each["nodes"]
            ]
    page.emulate_media(media="print", color_scheme="light")
    page.screenshot(path=folder / "print.png", full_page=True)
    hidden = page.evaluate("getComputedStyle(document.querySelector('#asking')).display")
    return {
        "violations": violations,
        "wide": wide,
        "unseen": unseen,
        "hidden": hidden,
        "complaints": browser.complaints,
    }


class Quiet(SimpleHTTPRequestHandler):
    """A server of plain files without output."""

    def log_message(self, *_: Any) -> None:
        pass


def served(playwright: Any, given: dict[str, Any]) -> dict[str, Any]:
    """The folder, from a server."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=given["folder"]))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    browser = Browser(playwright, given, offline=False)
    own = f"http://127.0.0.1:{server.server_address[1]}/"
    page = browser.page()
    sizes: list[int] = []
    page.on("requestfinished", lambda request: sizes.append(request.sizes()["responseBodySize"]))
    page.goto(own, wait_until="commit")
    awake(page)
    requests = len(browser.requests)
    found = page.evaluate(ASK_ALL, given["questions"])
    later = [url for url in browser.requests[requests:] if not url.startswith("blob:")]
    return {
        "answers": found,
        "bytes": sum(sizes),
        "later": later,
        "foreign": browser.foreign(own),
        "complaints": browser.complaints,
    }


SCENES: dict[str, Callable[[Any, dict[str, Any]], dict[str, Any]]] = {
    "answers": answers,
    "uses": uses,
    "looks": looks,
    "served": served,
}


if __name__ == "__main__":
    settings = json.load(sys.stdin)
    with sync_playwright() as started:
        print(json.dumps(SCENES[settings["scene"]](started, settings)))
