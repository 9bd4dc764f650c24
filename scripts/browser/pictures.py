"""The pictures of docs/pictures."""

import os

from chromium import PICTURES, browser
from flows import address
from people import at_auth_server, at_issuer, persona, try_request
from PIL import Image

FOLDER = "docs/pictures"
MOST_BYTES = 60_000


def keep(page, name):
    """Keeps a picture of the window, small enough for a page of documentation."""
    page.picture(name)
    # Pages have few colors.
    image = Image.open(f"{PICTURES}/{page.name}-{name}.png").convert("RGB").quantize(64)
    path = f"{FOLDER}/{name}.png"
    image.save(path, optimize=True)
    size = os.path.getsize(path)
    print(f"{path}: {image.width} x {image.height}, {size} bytes")
    if size > MOST_BYTES:
        raise SystemExit(f"{path} has more than {MOST_BYTES} bytes")


with browser("small", 880, 620) as page:
    page.driver.get(address("DESCOPE_API"))
    page.find("#routes")
    keep(page, "service")
    page.driver.get(at_issuer(address("LOCAL_ISSUER")))
    page.find(".person")
    keep(page, "sign-in")
    page.driver.get(at_auth_server())
    page.find("#username").send_keys("demo")
    keep(page, "auth-server")

with browser("large", 1080, 900) as page:
    page.driver.get(address("LOCAL_ISSUER"))
    try_request(page, "viewer", "descope-api GET /api/admin/users")
    keep(page, "issuer")
    page.authorize(address("DESCOPE_API"), persona(page, "admin"))
    page.try_out("getApiAdminUsers")
    page.driver.execute_script("document.querySelector('.opblock.is-open').scrollIntoView()")
    keep(page, "docs-signed-in")
