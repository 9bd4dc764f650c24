"""The OAuth client of the MCP SDK finds the issuer of each service by itself: it is given the address of an API and a client id.

RFC 9728: it follows the challenge of a request without a token to the metadata of the API, and from there to the issuer.
"""

import asyncio
import os
import ssl
from urllib.parse import parse_qsl, urlencode

import httpx2
import requests
from flows import address, equal, flow, run
from issuers import REDIRECT_URI, both, parameter
from mcp.client.auth import OAuthClientProvider
from mcp.client.auth.exceptions import OAuthFlowError
from mcp.shared.auth import AuthorizationCodeResult, OAuthClientInformationFull, OAuthClientMetadata
from people import Owner


class Memory:
    """Keeps the tokens, and knows the client as it is registered at the issuer."""

    def __init__(self, client_id, redirect_uri):
        self.client = OAuthClientInformationFull(
            client_id=client_id, redirect_uris=[redirect_uri], token_endpoint_auth_method="none"
        )
        self.tokens = None

    async def get_tokens(self):
        return self.tokens

    async def set_tokens(self, tokens):
        self.tokens = tokens

    async def get_client_info(self):
        return self.client

    async def set_client_info(self, client_info):
        raise AssertionError("the client is registered already")


def provider(server_url, memory, sign_in):
    """The SDK's client of the API at this address; sign_in opens an address and returns where the browser is sent."""
    back = []

    async def open_browser(url):
        back.append(sign_in(url))

    async def callback():
        found = {name: parameter(back[-1], name) for name in ("code", "state", "iss")}
        return AuthorizationCodeResult(**found)

    metadata = OAuthClientMetadata(redirect_uris=memory.client.redirect_uris, token_endpoint_auth_method="none")
    return OAuthClientProvider(server_url, metadata, memory, open_browser, callback)


def statuses(auth, *urls):
    async def ask():
        trust = ssl.create_default_context(cafile=os.environ["SSL_CERT_FILE"])
        async with httpx2.AsyncClient(auth=auth, verify=trust, timeout=30) as client:
            return [(await client.get(url)).status_code for url in urls]

    return asyncio.run(ask())


@flow("local issuers: found from a route of the API, sign-in of a viewer, and what a viewer may call")
def local_issuers():
    for issuer in both():
        def sign_in(url, issuer=issuer):
            # The SDK asks for consent, which a sign-in without a page cannot give; Auth0 has a parameter of its own for the API.
            base, _, query = url.partition("?")
            query = {name: value for name, value in parse_qsl(query) if name != "prompt"} | issuer.parameters
            return issuer.sign_in(f"{base}?{urlencode(query)}", "viewer")

        memory = Memory("local-app", REDIRECT_URI)
        auth = provider(issuer.api, memory, sign_in)
        equal(statuses(auth, issuer.api + issuer.allowed), [200])
        # What a viewer lacks is no scope: the client must not ask again and again.
        equal(requests.get(issuer.api + issuer.forbidden, headers={
            "Authorization": f"Bearer {memory.tokens.access_token}"}, timeout=30).status_code, 403)


@flow("auth-server: found from billing-api, sign-in with name and password, and an invoice of the organization")
def auth_server():
    owner = Owner(address("AUTH_SERVER"))
    billing = address("BILLING_API")
    memory = Memory("auth-server", "http://localhost:8765/docs/oauth2-redirect.html")
    auth = provider(billing, memory, lambda url: owner.sign_in_at(url)[1])
    equal(statuses(auth, f"{billing}/billing/"), [200])


@flow("metadata about another address than the one that was asked is refused")
def another_resource():
    # The document is about the host that the client names: localhost, and not 127.0.0.1.
    billing = address("BILLING_API")
    auth = provider(billing.replace("localhost", "other.localhost"), Memory("auth-server", REDIRECT_URI), None)
    try:
        statuses(auth, f"{billing}/billing/")
    except OAuthFlowError as error:
        equal("does not match" in str(error), True)
    else:
        raise AssertionError("the metadata of another API was used")


run("mcp")
