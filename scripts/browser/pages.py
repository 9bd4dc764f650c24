"""People at the pages of the playground, in headless Chromium."""

from contextlib import contextmanager
from html import escape
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from urllib.parse import urlsplit

from chromium import browser
from flows import address, equal, flow, run
from people import account, at_auth_server, at_issuer, persona, try_request
from selenium.webdriver.common.by import By


def unlock(page):
    """Opens the local issuer's page, and enters the control token."""
    page.driver.get(address("LOCAL_ISSUER"))
    page.find("#control_token").send_keys(address("CONTROL_TOKEN"))
    page.submit("form[action$=unlock] button")
    page.find("form[action$=lock] button")


def health(page, service):
    """Returns what the page says of the health of a service."""
    page.driver.get(address("LOCAL_ISSUER"))
    row = page.driver.find_element(By.XPATH, f"//tr[td/a[text()='{service}']]")
    return row.find_element(By.CSS_SELECTOR, ".state").text


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


# Each page, and what a person does there first.
PAGES = {
    "issuer": ("LOCAL_ISSUER", lambda page: page.find("#request")),
    "issuer-tried": ("LOCAL_ISSUER", lambda page: try_request(page, "viewer")),
    "issuer-unlocked": ("LOCAL_ISSUER", unlock),
    "descope-api": ("DESCOPE_API", lambda page: page.find("#routes")),
    "auth0-api": ("AUTH0_API", lambda page: page.find("#routes")),
    "auth-server": ("AUTH_SERVER", lambda page: page.find("#routes")),
    "billing-api": ("BILLING_API", lambda page: page.find("#routes")),
    "issuer-sign-in": ("LOCAL_ISSUER", lambda page: page.driver.get(at_issuer(address("LOCAL_ISSUER")))),
    "auth-server-sign-in": ("AUTH_SERVER", lambda page: page.driver.get(at_auth_server())),
    "auth-server-wrong-password": ("AUTH_SERVER", lambda page: page.driver.get(at_auth_server()) or wrong_password(page)),
}


def wrong_password(page):
    page.find("#username").send_keys("demo")
    page.find("#password").send_keys("wrong")
    page.click("button[type=submit]:not([name])")
    page.find("#fault")


for width in (1280, 390):
    for scheme in ("light", "dark"):

        @flow(f"the pages, {width} pixels wide, {scheme}: axe finds nothing, and no page is wider than the window")
        def pages(width=width, scheme=scheme):
            for name, (program, first) in PAGES.items():
                with browser(f"{name}-{width}-{scheme}", width, 900, scheme == "dark") as page:
                    page.driver.get(address(program))
                    first(page)
                    page.find("h1")
                    page.picture("", whole=True)
                    page.check()
                    page.no_complaints()


@flow("the local issuer's page: mints a token and inspects it, and a changed one is not good")
def mint_and_inspect():
    with browser("issuer") as page:
        page.driver.get(address("LOCAL_ISSUER"))
        page.click("form[action$=mint] button[value=admin]")
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


@flow("the local issuer's page: a request gives 200 as admin, 403 as viewer and 401 without a token")
def tries():
    with browser("tries") as page:
        page.driver.get(address("LOCAL_ISSUER"))
        request = "descope-api GET /api/admin/users"
        for name, expected in (("admin", 200), ("viewer", 403), ("", 401)):
            equal(try_request(page, name, request), expected)
            page.picture(str(expected))
        equal("requires role admin" in page.text(), True)
        page.no_complaints()


@flow("the local issuer's page: without its keys a service degrades and refuses new tokens with 503, and recovers with them")
def degrades_and_recovers():
    with browser("fault") as page:
        equal(health(page, "descope-api"), "ready")
        unlock(page)
        page.submit("form[action$=fault] button")
        # The service has fetched the next key already, and needs the one after it.
        for _ in range(2):
            page.submit("form[action$=rotate] button:not([name])")
        request = "descope-api GET /api/private"
        page.wait(lambda: try_request(page, "admin", request) == 503)
        page.picture("503")
        page.wait(lambda: health(page, "descope-api") == "degraded")
        page.picture("degraded")
        page.check()
        page.submit("form[action$=clear] button")
        page.wait(lambda: try_request(page, "admin", request) == 200)
        page.wait(lambda: health(page, "descope-api") == "ready")
        page.submit("form[action$=reset] button")
        page.no_complaints()


@flow("auth-server: a browser is signed in until it signs out, and is then asked for the password again")
def signs_out():
    with browser("sign-out") as page:
        at_end = lambda: "code=" in page.driver.current_url
        page.driver.get(at_auth_server())
        account(page, ["demo-password"])()
        page.wait(at_end)
        page.driver.get(at_auth_server())
        page.wait(at_end)
        page.driver.get(f"{address('AUTH_SERVER')}/oauth/logout")
        page.find("form[action=logout]")
        page.picture("question")
        page.check()
        page.submit("form[action=logout] button")
        page.wait(lambda: "You are signed out" in page.text())
        page.picture("done")
        page.check()
        page.driver.get(at_auth_server())
        equal(page.find("#password").get_attribute("value"), "")
        equal(at_end(), False)


@flow("a persona whose name and description are markup is text, on the page and when signing in")
def markup_is_text():
    issuer = address("MARKUP_ISSUER")
    with browser("markup") as page:
        for what, url in (("page", issuer), ("sign-in", at_issuer(issuer))):
            page.driver.get(url)
            page.find(".person")
            page.picture(what)
            equal("<script>document.title" in page.text(), True)
            equal(page.driver.find_elements(By.CSS_SELECTOR, "script, img"), [])
            page.check()
        page.driver.get(issuer)
        equal("no response" in page.find(".services").text, True)
        page.no_complaints()


class Frame(BaseHTTPRequestHandler):
    """A page with its query in a frame."""

    def do_GET(self):
        self.send_response(200)
        self.send_header("content-type", "text/html")
        self.end_headers()
        self.wfile.write(f'<iframe src="{escape(urlsplit(self.path).query)}"></iframe>'.encode())

    def log_message(self, *_):
        pass


@contextmanager
def framing():
    """Another site on this machine: from elsewhere, the browser lets no page frame what is here."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), Frame)
    Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()


@flow("a page of another site can frame none of the pages")
def cannot_be_framed():
    pages = {
        "the issuer's page": address("LOCAL_ISSUER"),
        "its sign-in": at_issuer(address("LOCAL_ISSUER")),
        "auth-server's sign-in": at_auth_server(),
        "its sign-out": f"{address('AUTH_SERVER')}/oauth/logout",
        "a service's page": address("DESCOPE_API"),
        "its docs": f"{address('DESCOPE_API')}/docs/",
        "what is no page": f"{address('DESCOPE_API')}/health",
    }
    with browser("frame") as page, framing() as site:
        # The other site frames itself, which shows that a frame works.
        control = f"{site}/?about:blank"
        for name, url in (*pages.items(), ("control", control)):
            page.driver.get(f"{site}/?{url}")
            page.driver.switch_to.frame(page.find("iframe"))
            loaded = lambda: page.driver.execute_script("return document.readyState") == "complete"
            place = lambda: page.driver.execute_script("return location.href")
            page.wait(lambda: loaded() and place() != "about:blank")
            equal((name, place()), (name, control if name == "control" else "chrome-error://chromewebdata/"))
            page.driver.switch_to.default_content()


run("selenium", "axe-playwright-python")
