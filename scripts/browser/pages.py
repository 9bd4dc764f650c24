"""People at the pages of the playground, in headless Chromium."""

import os
from contextlib import contextmanager
from urllib.parse import urlsplit

from flows import address, equal, flow, run
from selenium import webdriver
from selenium.webdriver.common.by import By
from selenium.webdriver.support.ui import WebDriverWait

PICTURES = os.environ["PICTURES"]
# What each label, heading and button is for has to be clear to a screen reader.
UNNAMED = """
return [...document.querySelectorAll('input:not([type=hidden]), textarea, select, button, a[href]')]
  .filter(one => !(one.labels && one.labels.length) && !one.innerText.trim()
    && !one.getAttribute('aria-label') && !one.getAttribute('aria-labelledby'))
  .map(one => one.outerHTML)
"""
# The contrast of text (WCAG 2.1, 1.4.3), against the nearest background that is not transparent.
PALE = """
const light = text => {
  const [r, g, b] = text.match(/[\\d.]+/g).slice(0, 3).map(Number).map(one => one / 255)
    .map(one => one <= 0.03928 ? one / 12.92 : ((one + 0.055) / 1.055) ** 2.4);
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
};
const behind = one => {
  for (; one; one = one.parentElement) {
    const color = getComputedStyle(one).backgroundColor;
    if (!/, 0\\)$|transparent/.test(color)) return color;
  }
  return 'rgb(255, 255, 255)';
};
return [...document.querySelectorAll('body *')]
  .filter(one => [...one.childNodes].some(node => node.nodeType === 3 && node.data.trim()) && one.offsetParent)
  .filter(one => {
    const [a, b] = [light(getComputedStyle(one).color), light(behind(one))].sort((a, b) => b - a);
    return (a + 0.05) / (b + 0.05) < 4.5;
  })
  .map(one => one.outerHTML.slice(0, 200))
"""


class Browser:
    """A browser without a past."""

    def __init__(self, name, width=1280, height=1000, dark=False):
        options = webdriver.ChromeOptions()
        options.binary_location = "/usr/bin/chromium"
        for argument in ("headless=new", "no-sandbox", "disable-gpu", "disable-dev-shm-usage", f"window-size={width},{height}"):
            options.add_argument(f"--{argument}")
        options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
        self.driver = webdriver.Chrome(options=options, service=webdriver.ChromeService("/usr/bin/chromedriver"))
        # A window of Chromium has at least 500 pixels.
        metrics = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 500}
        self.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)
        if dark:
            features = {"features": [{"name": "prefers-color-scheme", "value": "dark"}]}
            self.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", features)
        self.name = name

    def picture(self, what):
        self.driver.save_screenshot(f"{PICTURES}/{self.name}-{what}.png")

    def wait(self, condition):
        return WebDriverWait(self.driver, 40).until(lambda _: condition())

    def find(self, selector):
        """Waits for the element that is shown."""

        def shown():
            found = self.driver.find_elements(By.CSS_SELECTOR, selector)
            return next((one for one in found if one.is_displayed()), None)

        return self.wait(shown)

    def click(self, element):
        element = self.find(element) if isinstance(element, str) else element
        self.driver.execute_script("arguments[0].scrollIntoView({block: 'center'})", element)
        element.click()

    def text(self):
        return self.driver.find_element(By.TAG_NAME, "body").text

    def check(self):
        """Fails if something on the page has no name, or is too pale to read."""
        equal(self.driver.execute_script(UNNAMED), [])
        equal(self.driver.execute_script(PALE), [])

    def no_complaints(self):
        """Fails if the browser complained: of the Content-Security-Policy among other things."""
        severe = [line["message"] for line in self.driver.get_log("browser") if line["level"] == "SEVERE"]
        # A response of 4xx is one of them, and what is asked for here.
        equal([one for one in severe if "the server responded with a status of 4" not in one], [])

    def authorize(self, service, person):
        """Signs in at /docs of a service; `person` does it in the window that opens."""
        self.driver.get(f"{service}/docs/")
        self.click(".btn.authorize")
        first = self.driver.current_window_handle
        form = self.wait(lambda: next(
            (one for one in self.driver.find_elements(By.CSS_SELECTOR, ".auth-container") if "authorizationCode" in one.text), None
        ))
        self.picture("dialog")
        self.click(form.find_element(By.CSS_SELECTOR, "button.authorize"))
        self.wait(lambda: len(self.driver.window_handles) == 2)
        self.driver.switch_to.window(next(one for one in self.driver.window_handles if one != first))
        person()
        self.wait(lambda: len(self.driver.window_handles) == 1)
        self.driver.switch_to.window(first)
        self.wait(lambda: "Logout" in self.find(".modal-ux").text)
        self.click(".btn-done, .close-modal")

    def try_out(self, operation):
        """Executes an operation, and returns the status of the response."""
        block = self.find(f"[id$='-{operation}']")
        self.click(block.find_element(By.CSS_SELECTOR, ".opblock-summary-control"))
        self.click(self.wait(lambda: next(iter(block.find_elements(By.CSS_SELECTOR, ".execute")), None)))
        status = ".live-responses-table tbody .response-col_status"
        cells = self.wait(lambda: block.find_elements(By.CSS_SELECTOR, status))
        self.driver.execute_script("arguments[0].scrollIntoView()", block.find_element(By.CSS_SELECTOR, ".responses-wrapper"))
        self.picture(operation)
        return int(cells[0].text.split()[0])


@contextmanager
def browser(*arguments, **named):
    one = Browser(*arguments, **named)
    try:
        yield one
    except BaseException:
        one.picture("FAILED")
        raise
    finally:
        one.driver.quit()


def persona(page, name):
    def choose():
        button = page.find(f"button[name=persona][value={name}]")
        page.picture("sign-in")
        page.check()
        page.click(button)

    return choose


def account(page, passwords):
    """Signs in at the auth-server, with the last of the passwords."""

    def enter():
        for number, password in enumerate(passwords):
            username = page.find("#username")
            page.check()
            username.clear()
            username.send_keys("demo")
            page.find("#password").send_keys(password)
            page.picture(f"sign-in-{number}")
            page.click("button[type=submit]:not([name])")
            if password != passwords[-1]:
                page.find("#fault")
                page.picture("wrong-password")

    return enter


for api, operation in ((address("DESCOPE_API"), "getApiAdminUsers"), (address("AUTH0_API"), "getApiAdmin")):
    for name, expected in (("viewer", 403), ("admin", 200)):

        @flow(f"/docs at {urlsplit(api).port}: {name} signs in at the local issuer, and the admin route responds with {expected}")
        def at_the_local_issuer(api=api, operation=operation, name=name, expected=expected):
            with browser(f"{urlsplit(api).port}-{name}") as page:
                page.authorize(api, persona(page, name))
                equal(page.try_out(operation), expected)
                page.no_complaints()


@flow("billing-api: a wrong password, then the right one at the auth-server; 200 for reading, 403 for deleting")
def at_the_auth_server():
    with browser("billing") as page:
        page.authorize(address("BILLING_API"), account(page, ["wrong", "demo-password"]))
        equal(page.try_out("getBilling"), 200)
        equal(page.try_out("deleteBilling"), 403)
        page.no_complaints()


@flow("auth-server: signs in at its own /docs, and reads the own account")
def at_its_own_docs():
    with browser("auth-server") as page:
        page.authorize(address("AUTH_SERVER"), account(page, ["demo-password"]))
        equal(page.try_out("getUserMe"), 200)


for width, dark in ((1280, False), (390, True)):

    @flow(f"the pages, {width} pixels wide, {'dark' if dark else 'light'}: nothing is unnamed, pale or wider than the screen")
    def pages(width=width, dark=dark):
        for name in ("LOCAL_ISSUER", "DESCOPE_API", "AUTH0_API", "AUTH_SERVER", "BILLING_API"):
            with browser(f"{name.lower()}-{width}", width, 900, dark) as page:
                page.driver.get(address(name))
                page.find("h1")
                page.picture("page")
                page.check()
                wide = "return document.documentElement.scrollWidth - document.documentElement.clientWidth"
                equal(page.driver.execute_script(wide), 0)
                page.no_complaints()


@flow("the local issuer's page: mints a token and inspects it, and a changed one is not good")
def mint_and_inspect():
    with browser("issuer") as page:
        page.driver.get(address("LOCAL_ISSUER"))
        page.click("button[name=persona][value=admin]")
        token = page.find("[aria-labelledby=minted] textarea, textarea[aria-labelledby=minted]").get_attribute("value").strip()
        page.picture("minted")
        for changed, card in ((token, ".card.good"), (token[:-4] + ("AAAA" if token[-4:] != "AAAA" else "BBBB"), ".card.bad")):
            field = page.find("#token")
            field.clear()
            field.send_keys(changed)
            page.click("form[action$=inspect] button")
            page.find(card)
            page.picture(card.rpartition(".")[2])
        page.no_complaints()


run("selenium")
