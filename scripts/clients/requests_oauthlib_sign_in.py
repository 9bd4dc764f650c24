"""requests-oauthlib lets people sign in at the local issuers: authorization code with PKCE, and refresh."""

import os

# Its clients speak https only, unless this is set: the Descope side is on this machine.
os.environ["OAUTHLIB_INSECURE_TRANSPORT"] = "1"
# The granted scopes may be fewer than those that were asked for.
os.environ["OAUTHLIB_RELAX_TOKEN_SCOPE"] = "1"

from flows import equal, flow, refused, run
from issuers import REDIRECT_URI, both
from requests_oauthlib import OAuth2Session

for issuer in both():

    @flow(f"local issuer, {issuer.name}: sign-in, the token at the service, refresh, and a code used twice")
    def sign_in(issuer=issuer):
        client = OAuth2Session("local-app", redirect_uri=REDIRECT_URI, scope=issuer.scope.split(), pkce="S256")
        url, _ = client.authorization_url(issuer.metadata["authorization_endpoint"], **issuer.parameters)
        back = issuer.sign_in(url, "viewer")
        named = {"authorization_response": back, "include_client_id": True}
        client.fetch_token(issuer.metadata["token_endpoint"], **named)
        equal(client.get(issuer.api + issuer.allowed).status_code, 200)
        equal(client.get(issuer.api + issuer.forbidden).status_code, 403)
        before = client.token["refresh_token"]
        client.refresh_token(issuer.metadata["token_endpoint"], client_id="local-app")
        equal(client.token["refresh_token"] != before, True)
        equal(client.get(issuer.metadata["userinfo_endpoint"]).status_code, 200)
        refused(Exception, client.fetch_token, issuer.metadata["token_endpoint"], **named)


run("requests-oauthlib", "oauthlib")
