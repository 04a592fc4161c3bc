"""How people are reached outside the pages, and apps by tokens: journeys in a real browser with a stand-in service."""

import json
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from dashboard_page import DESKTOP, Screen, opened, overflow_px, seen, violations

pytestmark = pytest.mark.e2e

ENDPOINT = "https://push.example/made-up"
SUBSCRIBES = f"""
const made = {{endpoint: "{ENDPOINT}", toJSON: () => ({{
  endpoint: "{ENDPOINT}", keys: {{p256dh: "key", auth: "auth"}},
}})}};
let own = null;
made.unsubscribe = async () => {{ own = null; return true; }};
PushManager.prototype.subscribe = async (asked) => {{
  if (!asked.userVisibleOnly || !asked.applicationServerKey) throw new Error("not as browsers want it");
  own = made;
  return made;
}};
PushManager.prototype.getSubscription = async () => own;
Notification.requestPermission = async () => globalThis.answered ?? "granted";
"""
"""No browser of a test has a push service: the subscription is made up, everything else is the page's own."""


def _settings(page: Page, stand_in_address: str) -> None:
    page.evaluate("navigator.serviceWorker.ready.then(() => null)")
    page.add_init_script(SUBSCRIBES)
    page.goto(f"{stand_in_address}/#/settings")
    page.reload()
    page.get_by_role("heading", name="Alarms outside this page").wait_for()


def test_this_device_is_subscribed_tried_and_taken_out_again(stand_in_address: str, browser: Browser) -> None:
    with opened(browser, stand_in_address, Screen(), offline_copy=True) as page:
        _settings(page, stand_in_address)
        expect(page.get_by_text("Keep the alarms of the sensor switched on.")).to_be_visible()
        page.get_by_role("button", name="Notify on this device").click()
        expect(page.get_by_role("button", name="Try: This device")).to_be_visible()
        (channel,) = seen(stand_in_address)["channels"]
        assert (channel["kind"], channel["settings"]) == (
            "push",
            {"endpoint": ENDPOINT, "p256dh": "key", "auth": "auth"},
        )
        expect(page.get_by_role("button", name="Notify on this device")).to_be_hidden()
        page.get_by_role("button", name="Try: This device").click()
        expect(page.get_by_text("only a try")).to_be_visible()
        assert seen(stand_in_address)["tried"] == [channel["channel_id"]]
        assert violations(page) == []
        assert overflow_px(page) == 0
        page.get_by_role("button", name="Remove: This device").click()
        expect(page.get_by_role("button", name="Notify on this device")).to_be_visible()
        assert seen(stand_in_address)["channels"] == []


def test_device_that_forbids_notifications_says_what_to_do(stand_in_address: str, browser: Browser) -> None:
    with opened(browser, stand_in_address, Screen(), offline_copy=True) as page:
        _settings(page, stand_in_address)
        page.evaluate("globalThis.answered = 'denied'")
        page.get_by_role("button", name="Notify on this device").click()
        expect(page.get_by_text("This device does not allow it.")).to_be_visible()
        assert seen(stand_in_address)["channels"] == []


def test_mail_address_is_added_and_confirmed_by_keyboard_alone(stand_in_address: str, browser: Browser) -> None:
    with opened(browser, f"{stand_in_address}/#/settings", Screen(size=DESKTOP, scheme="dark")) as page:
        page.get_by_role("button", name="Add a mail address").press("Enter")
        page.get_by_label("Mail address").fill("alex@example.org")
        page.get_by_label("Mail address").press("Enter")
        page.get_by_label("Code from the mail").fill("000000")
        page.get_by_label("Code from the mail").press("Enter")
        expect(page.get_by_role("alert")).to_contain_text("That is not the code.")
        page.get_by_label("Code from the mail").fill("123456")
        page.get_by_label("Code from the mail").press("Enter")
        expect(page.get_by_role("button", name="Try: alex@example.org")).to_be_visible()
        assert violations(page) == []


def test_secret_of_a_web_address_is_shown_once(stand_in_address: str, browser: Browser) -> None:
    with opened(browser, f"{stand_in_address}/#/settings", Screen()) as page:
        page.get_by_role("button", name="Add a web address").click()
        page.get_by_label("Web address, for").fill("https://speaker.example/alarm")
        page.get_by_label("Web address, for").press("Enter")
        expect(page.get_by_text("a-secret")).to_be_visible()
        page.reload()
        expect(page.get_by_role("button", name="Try: https://speaker.example/alarm")).to_be_visible()
        expect(page.get_by_text("a-secret")).to_have_count(0)


def test_token_of_an_app_is_made_with_its_scopes_and_taken_back(stand_in_address: str, browser: Browser) -> None:
    with opened(browser, f"{stand_in_address}/#/settings", Screen()) as page:
        page.get_by_label("For which app").fill("xDrip+")
        page.get_by_role("radio", name="read and upload").check()
        page.get_by_role("button", name="Make a token").click()
        expect(page.get_by_text("gt_made-up")).to_be_visible()
        (token,) = seen(stand_in_address)["tokens"]
        assert (token["name"], token["scopes"]) == ("xDrip+", ["read", "write"])
        assert token["person_id"]
        assert violations(page) == []
        page.get_by_role("button", name="Take back: xDrip+").click()
        expect(page.get_by_text("never used")).to_be_hidden()
        assert seen(stand_in_address)["tokens"] == []


def test_pushed_alarm_is_shown_while_no_page_is_looked_at(stand_in_address: str, browser: Browser) -> None:
    with opened(browser, stand_in_address, Screen(), offline_copy=True) as page:
        page.evaluate("navigator.serviceWorker.ready.then(() => null)")
        page.context.grant_permissions(["notifications"], origin=stand_in_address)
        told = page.context.new_cdp_session(page)
        known: list[dict[str, Any]] = []
        told.on("ServiceWorker.workerRegistrationUpdated", lambda found: known.extend(found["registrations"]))
        told.send("ServiceWorker.enable")
        page.wait_for_function("navigator.serviceWorker.controller !== null")
        alarm = {"kind": "predicted-low", "title": "Low ahead", "body": "Alex: below 70 soon.", "urgent": True}
        push = {
            "origin": f"{stand_in_address}/",
            "registrationId": known[0]["registrationId"],
            "data": json.dumps(alarm),
        }
        told.send("ServiceWorker.deliverPushMessage", push)
        assert page.evaluate(SHOWN) == ["Low ahead", "Alex: below 70 soon.", "predicted-low", True]


SHOWN = """async () => {
  const registration = await navigator.serviceWorker.ready;
  for (let tries = 0; tries < 100; tries += 1) {
    const [one] = await registration.getNotifications();
    if (one) return [one.title, one.body, one.tag, one.requireInteraction];
    await new Promise((again) => setTimeout(again, 50));
  }
  return null;
}"""
"""The notification that is shown, once there is one."""


def test_alarms_are_set_for_oneself_and_a_carer(stand_in_address: str, browser: Browser) -> None:
    with opened(browser, stand_in_address, Screen(size=DESKTOP)) as page:
        page.goto(f"{stand_in_address}/#/settings")
        page.reload()
        save = page.get_by_role("button", name="Save alarms")
        expect(save).to_be_disabled()
        expect(page.get_by_role("checkbox", name="Urgent low soon")).to_be_disabled()
        page.get_by_label("Low (mg/dL)", exact=True).fill("75")
        page.get_by_role("checkbox", name="A meal without insulin?").uncheck()
        page.get_by_label("From", exact=True).first.fill("22:30")
        page.get_by_role("combobox", name="Ben Example").select_option("lows")
        page.get_by_role("combobox", name="After", exact=True).select_option("10")
        save.click()
        expect(page.get_by_text("The alarms go by this from now on.")).to_be_visible()
        written = seen(stand_in_address)["alarmSettings"]
        assert written["low_mgdl"] == 75
        assert written["behaviour"] == {"missed-bolus": {"enabled": False}}
        assert written["quiet_hours"] == [{"start": "22:30", "end": "07:00"}]
        assert written["caregivers"] == [{"contact": "a1", "kinds": ["urgent-low-soon", "low"], "after_min": 10}]
        assert violations(page) == []
        assert overflow_px(page) == 0
