"""The report in a real browser: every picture is drawn, and nothing is wider than the screen."""

import re
import shutil
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest

from glucotwin.advise.change import AddMeal
from glucotwin.domain.timeline import Window
from glucotwin.reports.render import render_report
from glucotwin.workflows.report import ReportRequest, ScenarioRequest, compose_report
from made_up_person import DINNER, made_up_timeline, made_up_twin

pytestmark = pytest.mark.e2e

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
QUIET = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
MEASURE = """<script>
addEventListener("load", async () => {
  const pictures = [...document.images];
  await Promise.all(pictures.map(one => one.decode().catch(() => null)));
  document.querySelectorAll("details").forEach(one => one.open = true);
  const page = document.documentElement;
  const wide = [...document.querySelectorAll("body *")].filter(one => !one.closest(".scroll")
    && one.getBoundingClientRect().right > page.clientWidth + 1);
  const found = {
    width: page.clientWidth,
    overflow: page.scrollWidth - page.clientWidth,
    tooWide: wide.length,
    pictures: pictures.length,
    drawn: pictures.filter(one => one.naturalWidth > 0).length,
    narrow: pictures.filter(one => one.currentSrc && one.currentSrc !== one.src).length,
  };
  document.title = "measured " + Object.entries(found).map(pair => pair.join("=")).join(" ");
});
</script>"""


@pytest.fixture(scope="module")
def browser() -> str:
    """The first Chromium or Chrome of this machine."""
    found = next((path for name in BROWSERS if (path := shutil.which(name))), None)
    if found is None:
        pytest.skip(f"no browser: none of {', '.join(BROWSERS)} is installed")
    return found


@pytest.fixture(scope="module")
def page() -> str:
    """A report with everything in it and a script that measures it, which the page's own policy would not let in."""
    timeline = made_up_timeline()
    twin = made_up_twin(timeline)
    window = Window(start=DINNER, end=DINNER.replace(hour=23))
    snack = ScenarioRequest(
        title="A snack", window=window, changes=(AddMeal(at=DINNER.replace(hour=20), carbs_g=15.0),)
    )
    person = replace(timeline.person, person_id="a-very-long-pseudonym-" + "x" * 60)
    longer = replace(timeline, person=person)
    report = compose_report(longer, ReportRequest(twin=replace(twin, person=person), scenarios=(snack,)))
    text, policies = re.subn(r'<meta http-equiv="Content-Security-Policy"[^>]*>', MEASURE, render_report(report))
    assert policies == 1
    return text


def measure(browser: str, page: str, folder: Path, width: int) -> dict[str, int]:
    """What the script found in a frame of the given width: a headless window cannot be as narrow as a phone."""
    (folder / "report.html").write_text(page, encoding="utf-8")
    frame = f"""<body style="margin:0"><iframe src="report.html" style="border:0;width:{width}px;height:900px"></iframe>
    <script>setInterval(() => {{
      const title = document.querySelector("iframe").contentDocument?.title ?? "";
      if (title.startsWith("measured")) document.title = title;
    }}, 100)</script></body>"""
    (folder / "frame.html").write_text(frame, encoding="utf-8")
    command = [browser, *QUIET, f"--user-data-dir={folder / 'profile'}", "--allow-file-access-from-files"]
    command += ["--virtual-time-budget=10000", "--dump-dom", (folder / "frame.html").as_uri()]
    finished = subprocess.run(command, capture_output=True, text=True, check=True, timeout=120)
    found = re.search(r"<title>measured ([^<]+)</title>", finished.stdout)
    assert found is not None, f"The browser measured nothing: {finished.stderr[-2000:]}"
    return {name: int(value) for name, value in (pair.split("=") for pair in found[1].split())}


@pytest.mark.parametrize(("width", "is_narrow"), [(1280, False), (390, True), (320, True)])
def test_report_fits_the_screen_and_draws_every_picture(
    width: int, is_narrow: bool, browser: str, page: str, tmp_path: Path
) -> None:
    found = measure(browser, page, tmp_path, width)
    assert (found["overflow"], found["tooWide"]) == (0, 0)
    assert found["pictures"] >= 4
    assert found["drawn"] == found["pictures"]
    assert found["narrow"] == (found["pictures"] if is_narrow else 0)


def test_measurement_notices_what_is_too_wide(browser: str, page: str, tmp_path: Path) -> None:
    broken = page.replace("<footer>", '<footer><div style="width:700px">wide</div>')
    assert measure(browser, broken, tmp_path, 390)["tooWide"] >= 1
