"""A person with headless Chromium."""

import os
from base64 import b64decode
from contextlib import contextmanager
from importlib.metadata import distribution

from flows import equal
from selenium import webdriver
from selenium.common.exceptions import WebDriverException
from selenium.webdriver.common.by import By
from selenium.webdriver.support.expected_conditions import staleness_of
from selenium.webdriver.support.ui import WebDriverWait

PICTURES = os.environ["PICTURES"]
# What each field and button is for, contrast, headings, landmarks: the rules of WCAG that a machine can check.
AXE = distribution("axe-playwright-python").locate_file("axe_playwright_python/axe.min.js").read_text()


class Browser:
    """A browser without a past."""

    def __init__(self, name, width=1280, height=1000, dark=False):
        options = webdriver.ChromeOptions()
        options.binary_location = "/usr/bin/chromium"
        switches = ("headless=new", "no-sandbox", "disable-gpu", "disable-dev-shm-usage", "hide-scrollbars")
        for switch in (*switches, f"window-size={width},{height}"):
            options.add_argument(f"--{switch}")
        options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
        self.driver = webdriver.Chrome(options=options, service=webdriver.ChromeService("/usr/bin/chromedriver"))
        # A window of Chromium has at least 500 pixels.
        metrics = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 500}
        self.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)
        if dark:
            features = {"features": [{"name": "prefers-color-scheme", "value": "dark"}]}
            self.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", features)
        self.name = name

    def picture(self, what, whole=False):
        """Keeps a picture of the window, or of the whole page."""
        shot = self.driver.execute_cdp_cmd("Page.captureScreenshot", {"captureBeyondViewport": whole})
        with open(f"{PICTURES}/{self.name}{'-' if what else ''}{what}.png", "wb") as file:
            file.write(b64decode(shot["data"]))

    def wait(self, condition):
        # While one page takes the place of another, Chromium has errors of several kinds about elements that are gone.
        wait = WebDriverWait(self.driver, 40, ignored_exceptions=[WebDriverException])
        return wait.until(lambda _: condition())

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

    def submit(self, element):
        """Clicks a button of a form, and waits for the page that follows."""
        before = self.driver.find_element(By.TAG_NAME, "html")
        self.click(element)
        self.wait(lambda: staleness_of(before)(self.driver))
        self.find("h1")

    def text(self):
        return self.driver.find_element(By.TAG_NAME, "body").text

    def check(self):
        """Fails if axe finds a fault, or the page is wider than the window."""
        self.driver.execute_script(AXE)
        found = self.driver.execute_async_script("axe.run().then(arguments[arguments.length - 1])")
        equal([(one["id"], [node["html"] for node in one["nodes"]]) for one in found["violations"]], [])
        wide = "return document.documentElement.scrollWidth - document.documentElement.clientWidth"
        equal(self.driver.execute_script(wide), 0)

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
