"""The dashboard's journeys in a real browser, on phones and desktops, light and dark, by touch and by keyboard."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from dashboard_page import (
    DESKTOP,
    PAGES,
    PHONE,
    Screen,
    opened,
    overflow_px,
    photograph,
    seen,
    stand_in,
    violations,
)

pytestmark = pytest.mark.e2e

SCREENS = [
    Screen(size=PHONE, scheme="light"),
    Screen(size=PHONE, scheme="dark", language="de-DE"),
    Screen(size=DESKTOP, scheme="light", language="en-GB"),
    Screen(size=DESKTOP, scheme="dark"),
]


@pytest.mark.parametrize("screen", SCREENS, ids=lambda one: f"{one.size[0]}-{one.scheme}-{one.language}")
def test_every_page_is_accessible_and_fits_the_screen(screen: Screen, browser: Browser) -> None:
    with stand_in("alarm", "research") as address, opened(browser, address, screen) as page:
        for name, part in PAGES.items():
            page.goto(f"{address}/#/{name}")
            page.locator(part).first.wait_for()
            for table in page.locator("details:not([open]) > summary").all():
                table.click()
            photograph(page, f"{name}-{screen.size[0]}-{screen.scheme}-{screen.language}")
            assert (name, violations(page)) == (name, [])
            assert (name, overflow_px(page)) == (name, 0)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_sign_in_is_accessible_and_says_what_is_wrong(scheme: str, browser: Browser) -> None:
    with stand_in("new") as address, opened(browser, address, Screen(scheme=scheme)) as page:
        expect(page.get_by_text("not a medical device")).to_be_visible()
        assert violations(page) == []
        photograph(page, f"sign-in-{scheme}")
        page.get_by_label("Sign-in name").fill("alex")
        page.get_by_label("Password").fill("wrong")
        page.get_by_role("button", name="Sign in").click()
        expect(page.get_by_role("alert")).to_contain_text("Name or password is not right")


def test_new_person_signs_up_describes_themselves_and_consents(browser: Browser) -> None:
    with stand_in("new") as address, opened(browser, address, Screen()) as page:
        page.get_by_role("button", name="I have no account yet").click()
        page.get_by_label("Name", exact=True).fill("Alex")
        page.get_by_label("Sign-in name").fill("alex")
        page.get_by_label("Password").fill("a few good words")
        page.get_by_role("button", name="Make account").click()
        page.get_by_label("How insulin is given").select_option("pump")
        page.get_by_role("button", name="Go on").click()
        page.get_by_role("button", name="I agree: A twin is made from your data").click()
        expect(page.get_by_role("button", name="Take back: A twin is made from your data")).to_be_visible()
        assert seen(address)["consents"] == ["personal-twin"]


def test_food_is_logged_in_two_taps_and_taken_back_in_one(stand_in_address: str, browser: Browser) -> None:
    with opened(browser, stand_in_address, Screen()) as page:
        page.get_by_role("button", name="Food").click()
        assert violations(page) == []
        page.get_by_role("button", name="45 g").click()
        expect(page.get_by_text("45 g logged")).to_be_visible()
        assert [event["carbs_g"] for event in seen(stand_in_address)["events"]] == [45]
        page.get_by_role("button", name="Undo").click()
        expect(page.get_by_text("45 g logged")).to_be_hidden()
        page.wait_for_load_state("networkidle")
        assert seen(stand_in_address)["events"] == []


def test_finger_stick_is_typed_in_the_unit_of_the_reader(stand_in_address: str, browser: Browser) -> None:
    with opened(browser, stand_in_address, Screen(language="en-GB")) as page:
        page.get_by_role("button", name="Glucose").click()
        assert violations(page) == []
        page.get_by_role("spinbutton", name="mmol/L").fill("5.6")
        page.get_by_role("dialog").get_by_role("button", name="Log").click()
        expect(page.get_by_text("5.6 mmol/L logged")).to_be_visible()
        (reading,) = seen(stand_in_address)["readings"]
        assert reading["kind"] == "fingerstick"
        assert reading["glucose_mgdl"] == pytest.approx(100.9, abs=0.1)
        assert str(reading["time"]).startswith("2026-11-18T18:5")


def test_days_are_one_printed_page_and_a_few_lines_of_text(
    stand_in_address: str, browser: Browser, tmp_path: Path
) -> None:
    with opened(browser, f"{stand_in_address}/#/days", Screen(size=DESKTOP)) as page:
        page.context.grant_permissions(["clipboard-read", "clipboard-write"])
        page.get_by_role("button", name="Copy as text").click()
        expect(page.get_by_text("Copied")).to_be_visible()
        text = str(page.evaluate("navigator.clipboard.readText()"))
        assert text.startswith("Alex, November 5, 2026 to November 18, 2026")
        assert "not a medical device" in text
        printed = page.pdf(path=tmp_path / "days.pdf", prefer_css_page_size=True)
        assert re.findall(rb"/Count (\d+)", printed) == [b"1"]


def test_without_a_network_the_last_state_is_shown_and_entries_arrive_once_later(
    stand_in_address: str, browser: Browser
) -> None:
    with opened(browser, stand_in_address, Screen(), offline_copy=True) as page:
        page.evaluate("navigator.serviceWorker.ready.then(() => null)")
        with page.expect_response("**/offline-twin"):
            page.reload()
        page.get_by_role("img").first.wait_for()
        page.context.set_offline(True)
        page.reload()
        expect(page.get_by_text("No connection.")).to_be_visible()
        expect(page.get_by_role("img").first).to_be_visible()
        expect(page.get_by_text("Continued on this device")).to_be_visible()
        before = page.get_by_role("img").first.get_attribute("aria-label")
        for amount in ("15 g", "30 g"):
            page.get_by_role("button", name="Food").click()
            page.get_by_role("button", name=amount).click()
        expect(page.get_by_text("2 entries wait to be sent")).to_be_visible()
        expect(page.get_by_text("2 entries that wait to be sent are counted")).to_be_visible()
        assert page.get_by_role("img").first.get_attribute("aria-label") != before
        assert violations(page) == []
        photograph(page, "offline")
        assert seen(stand_in_address)["events"] == []
        page.context.set_offline(False)
        expect(page.get_by_text("entries wait to be sent")).to_be_hidden(timeout=15_000)
        expect(page.get_by_text("Continued on this device")).to_be_hidden()
        page.reload()
        assert [event["carbs_g"] for event in seen(stand_in_address)["events"]] == [15, 30]


def test_curve_answers_while_food_is_dragged(stand_in_address: str, browser: Browser) -> None:
    with opened(browser, f"{stand_in_address}/#/try", Screen(size=DESKTOP)) as page:
        page.get_by_role("button", name="Food").click()
        chip = page.get_by_role("slider", name="Food")
        chip.scroll_into_view_if_needed()
        before = chip.get_attribute("aria-valuetext")
        box = chip.bounding_box()
        assert box is not None
        page.mouse.move(box["x"] + 20, box["y"] + 20)
        page.mouse.down()
        page.mouse.move(box["x"] + 120, box["y"] - 20, steps=10)
        page.mouse.up()
        after = chip.get_attribute("aria-valuetext")
        assert before != after
        assert after is not None
        assert re.fullmatch(r"Food, \d+ g, at \d\d:\d\d", after)
        expect(page.get_by_role("img").first).to_have_attribute("aria-label", re.compile("higher"))
        photograph(page, "try-dragged")


def test_scenarios_are_made_and_compared_by_keyboard_alone(stand_in_address: str, browser: Browser) -> None:
    with opened(browser, f"{stand_in_address}/#/try", Screen(size=DESKTOP)) as page:
        page.get_by_role("button", name="Food").press("Enter")
        chip = page.get_by_role("slider", name="Food")
        for key in ("ArrowRight", "ArrowRight", "ArrowUp"):
            chip.press(key)
        expect(chip).to_have_attribute("aria-valuetext", "Food, 35 g, at 20:15")
        page.get_by_role("radio", name="B").check()
        page.get_by_role("button", name="Walk").press("Enter")
        expect(page.get_by_role("cell", name="Scenario B").first).to_be_visible()
        expect(page.get_by_role("cell", name="Scenario A").first).to_be_visible()
        assert violations(page) == []
        page.get_by_role("slider", name="Walk").press("Delete")
        expect(page.get_by_role("cell", name="Scenario B")).to_have_count(0)


def test_insulin_is_no_question_for_a_person_in_review(stand_in_address: str, browser: Browser) -> None:
    with opened(browser, f"{stand_in_address}/#/try", Screen(size=DESKTOP)) as page:
        expect(page.get_by_role("button", name="Food")).to_be_visible()
        expect(page.get_by_role("button", name="Insulin")).to_have_count(0)
        expect(page.get_by_text("Basal rate")).to_have_count(0)


def test_past_day_is_asked_again_without_its_food(browser: Browser) -> None:
    with stand_in("research") as address, opened(browser, f"{address}/#/try", Screen(size=DESKTOP)) as page:
        page.get_by_role("radio", name="A past day").check()
        page.get_by_label("From").fill("2026-11-17T11:00")
        page.get_by_label("From").press("Tab")
        page.get_by_label("food counts").uncheck()
        expect(page.get_by_role("img").first).to_have_attribute("aria-label", re.compile("lower"))
        photograph(page, "try-past")


def test_day_shows_what_a_forecast_had_said(stand_in_address: str, browser: Browser) -> None:
    with opened(browser, f"{stand_in_address}/#/days", Screen()) as page:
        page.get_by_role("button", name="Nov 17").click()
        slider = page.get_by_role("slider", name=re.compile("Forecasts of this day"))
        slider.press("ArrowRight")
        expect(page.get_by_text(re.compile(r"were inside the 90 % band")).first).to_be_visible()
        assert violations(page) == []
        assert overflow_px(page) == 0
        photograph(page, "day")


def test_old_value_is_called_out_of_date(browser: Browser) -> None:
    with stand_in("stale") as address, opened(browser, address, Screen()) as page:
        expect(page.get_by_text("Out of date")).to_be_visible()
        expect(page.get_by_text("No forecast at the moment.").first).to_be_visible()
        assert violations(page) == []
        photograph(page, "stale")


def test_units_and_language_change_everywhere_and_stay(stand_in_address: str, browser: Browser) -> None:
    with opened(browser, f"{stand_in_address}/#/settings", Screen()) as page:
        page.get_by_role("radio", name="mmol/L").check()
        page.get_by_role("radio", name="Deutsch").check()
        page.goto(f"{stand_in_address}/#/now")
        page.reload()
        expect(page.get_by_text("mmol/L").first).to_be_visible()
        expect(page.get_by_text("Zielbereich 3,9 bis 10,0 mmol/L")).to_be_visible()
        expect(page.locator("html")).to_have_attribute("lang", "de")


def test_everything_is_erased_only_when_the_name_is_typed(stand_in_address: str, browser: Browser) -> None:
    with opened(browser, f"{stand_in_address}/#/twin", Screen()) as page:
        page.get_by_role("button", name="Delete everything").click()
        confirm = page.get_by_role("dialog").get_by_role("button", name="Delete everything", exact=True)
        expect(confirm).to_be_disabled()
        page.get_by_label("Type Alex to confirm").fill("Alex")
        confirm.click()
        expect(page.get_by_text("For whom is the twin?")).to_be_visible()


def test_signing_out_leaves_nothing_on_the_device(stand_in_address: str, browser: Browser) -> None:
    with opened(browser, f"{stand_in_address}/#/settings", Screen(), offline_copy=True) as page:
        page.evaluate("navigator.serviceWorker.ready.then(() => null)")
        page.reload()
        page.get_by_role("button", name="Sign out").click()
        expect(page.get_by_role("button", name="Sign in")).to_be_visible()
        assert page.evaluate("caches.has('glucotwin-answers')") is False
        assert page.evaluate("localStorage.getItem('glucotwin-person')") is None


def test_checker_of_accessibility_notices_a_violation(stand_in_address: str, browser: Browser) -> None:
    with opened(browser, stand_in_address, Screen()) as page:
        page.get_by_role("img").first.wait_for()
        page.evaluate("document.querySelector('main').append(Object.assign(new Image(), {src: '/icon.svg'}))")
        assert any(found.startswith("image-alt") for found in violations(page))
