"""Sign-in through a provider in a real browser, whose pages are on another site, as a provider's are."""

from collections.abc import Generator

import pytest
from playwright.sync_api import Browser, Page, expect

from dashboard_page import DESKTOP, PHONE, Screen, opened, overflow_px, photograph, violations
from glucotwin.service.identity.provider import Provider
from glucotwin.service.identity.setting import ProviderSettings
from made_up_service import made_up_running, sign_up
from made_up_store import MadeUpStore
from oidc_provider import CLIENT_ID, CLIENT_SECRET, MadeUpProvider, made_up_provider
from running_service import PATIENCE_MS, running, sign_in

pytestmark = [pytest.mark.e2e, pytest.mark.slow]


@pytest.fixture
def provider() -> Generator[MadeUpProvider]:
    with made_up_provider() as (made, server):
        # Another site than 127.0.0.1, so that strict cookies do not come along from there.
        made.url, made.is_shown = server.url.replace("127.0.0.1", "localhost"), True
        yield made


def test_signing_in_linking_and_unlinking(store: MadeUpStore, browser: Browser, provider: MadeUpProvider) -> None:
    service = made_up_running(store.database("provider_journey"))
    owner = sign_up(service, "owner")
    expect.set_options(timeout=PATIENCE_MS)
    with running(service) as address:
        service.provider = Provider(
            ProviderSettings(
                issuer=provider.url,
                client_id=CLIENT_ID,
                client_secret=CLIENT_SECRET,
                name="Clinic",
                public_url=address,
            )
        )
        with opened(browser, address, Screen(size=PHONE)) as page:
            _enter(page, address)
        with opened(browser, address, Screen(size=DESKTOP, scheme="dark")) as page:
            _link_and_unlink(page, address, owner.login, provider)
        with opened(browser, address, Screen(size=PHONE, scheme="dark", language="de-DE")) as page:
            _fail(page, address, provider)


def _enter(page: Page, address: str) -> None:
    expect(page.get_by_label("Sign-in name")).to_be_visible()
    _look(page, "provider-sign-in")
    page.get_by_role("link", name="Sign in with Clinic").press("Enter")
    page.get_by_role("link", name="Continue").click()
    expect(page.get_by_text("For whom is the twin?")).to_be_visible()
    assert page.url == f"{address}/#/now"
    page.goto(f"{address}/#/settings")
    expect(page.get_by_text("It is the only way into this account")).to_be_visible()
    _look(page, "provider-only-way")
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("link", name="Sign out of Clinic too")).to_be_visible()
    _look(page, "provider-signed-out")
    page.get_by_role("link", name="Sign out of Clinic too").click()
    expect(page.get_by_label("Sign-in name")).to_be_visible()
    assert page.url == f"{address}/"
    expect(page.get_by_role("link", name="Sign out of Clinic too")).to_have_count(0)


def _link_and_unlink(page: Page, address: str, login: str, provider: MadeUpProvider) -> None:
    _look(page, "provider-sign-in-desktop")
    sign_in(page, login)
    expect(page.get_by_text("For whom is the twin?")).to_be_visible()
    page.goto(f"{address}/#/settings")
    page.get_by_role("button", name="Link with Clinic").click()
    page.get_by_role("link", name="Continue").click()
    expect(page.get_by_role("alert").get_by_text("belongs to another account here")).to_be_visible()
    assert page.url == f"{address}/#/settings"
    _look(page, "provider-taken")
    provider.subject = "subject-of-the-owner"
    page.get_by_role("button", name="Link with Clinic").click()
    page.get_by_role("link", name="Continue").click()
    expect(page.get_by_text("Linked since")).to_be_visible()
    _look(page, "provider-linked")
    page.get_by_role("button", name="End the link").click()
    expect(page.get_by_role("button", name="Link with Clinic")).to_be_enabled()


def _fail(page: Page, address: str, provider: MadeUpProvider) -> None:
    provider.change_claims = lambda claims: claims | {"nonce": "another"}
    page.get_by_role("link", name="Mit Clinic anmelden").click()
    page.get_by_role("link", name="Continue").click()
    expect(page.get_by_role("alert").get_by_text("Clinic hat die Anmeldung nicht bestätigt")).to_be_visible()
    assert page.url == f"{address}/#/now"
    _look(page, "provider-refused")
    page.reload()
    expect(page.get_by_label("Passwort")).to_be_visible()
    expect(page.get_by_role("alert")).to_have_count(0)


def _look(page: Page, name: str) -> None:
    expect(page.get_by_role("main").get_by_role("heading", level=1)).to_be_visible()
    assert (violations(page), overflow_px(page)) == ([], 0)
    photograph(page, name)
