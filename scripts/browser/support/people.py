"""What people do at the pages."""

from urllib.parse import urlencode

from flows import address
from selenium.webdriver.support.ui import Select


def sign_in_at(authorize, client_id):
    """Returns the address that an application sends a browser to."""
    parameters = {
        "response_type": "code",
        "client_id": client_id,
        "redirect_uri": f"{address('DESCOPE_API')}/docs/oauth2-redirect.html",
        "scope": "openid",
        "state": "1",
        "code_challenge": "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM",
        "code_challenge_method": "S256",
    }
    return f"{authorize}?{urlencode(parameters)}"


def at_issuer(issuer):
    """Returns the address of the sign-in page of a local issuer."""
    return sign_in_at(f"{issuer}/oauth2/v1/authorize", "local-app")


def at_auth_server():
    """Returns the address of the sign-in page of the auth-server."""
    return sign_in_at(f"{address('AUTH_SERVER')}/oauth/authorize", "auth-server")


def try_request(page, name, request=None):
    """Sends a request of the page with a token of this persona, and returns the status of the response."""
    if request:
        Select(page.find("#request")).select_by_value(request)
    page.submit(f"form[action$=try] button[value='{name}']")
    return int(page.find(".response").text.split()[1])


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
