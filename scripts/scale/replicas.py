"""What one replica knows at once of what happened at another, asked of each directly, without the proxy."""

from http_client import Client
from organization import Organization, expect, refresh
from programs import Failed, free_ports, wait_until


def key_id(token):
    """Returns the header of a token, which names its key."""
    return token.partition(".")[0]


def a_sign_in_is_seen(topology, one, two):
    organization = Organization(one)
    token = organization.signed_in(one)["access_token"]
    expect(two.get("auth-server", "/user/me", token), 200)
    for client in (one, two):
        expect(client.get("billing-api", "/billing/", token), 200)
    tokens = organization.signed_in(two)
    expect(refresh(one, tokens["refresh_token"]), 200)


def a_revocation_is_seen(topology, one, two):
    organization = Organization(one)
    tokens = organization.signed_in(one)
    # In the cache of verified tokens of both.
    for client in (one, two, one, two):
        expect(client.get("auth-server", "/user/me", tokens["access_token"]), 200)
    expect(one.form("auth-server", "/oauth/revoke", {"token": tokens["refresh_token"]}), 200)
    refused = expect(two.get("auth-server", "/user/me", tokens["access_token"]), 401)
    if refused.code() != "token_revoked":
        raise AssertionError(f"expected token_revoked, got {refused.code()}")
    expect(refresh(two, tokens["refresh_token"]), 400)


def a_sign_out_is_seen(topology, one, two):
    tokens = Organization(one).signed_in(one)
    expect(two.get("auth-server", "/user/me", tokens["access_token"]), 200)
    expect(one.post("auth-server", "/user/logout", None, tokens["access_token"]), 204)
    expect(refresh(two, tokens["refresh_token"]), 400)
    expect(two.get("auth-server", "/user/me", tokens["access_token"]), 401)


def a_used_refresh_token_is_seen(topology, one, two):
    tokens = Organization(one).signed_in(one)
    expect(refresh(one, tokens["refresh_token"]), 200)
    expect(refresh(two, tokens["refresh_token"]), 400)


def a_rotation_is_seen(topology, one, two):
    organization = Organization(one)
    before = organization.signed_in(one)["access_token"]
    topology.rotate_keys()
    tokens = [organization.signed_in(client)["access_token"] for client in (one, two)]
    if len({key_id(token) for token in (*tokens, before)}) != 2:
        raise AssertionError("both replicas must sign with the same new key")
    for token in (*tokens, before):
        for client in (one, two):
            expect(client.get("auth-server", "/user/me", token), 200)
            expect(client.get("billing-api", "/billing/", token), 200)


def guesses_are_counted_together(topology, one, two):
    organization = Organization(one)

    def guess(number, password="a wrong password"):
        # Each from another network, of which none has signed in as this user.
        headers = {"X-Forwarded-For": f"192.0.2.{number}"}
        return organization.sign_in((one, two)[number % 2], password, headers=headers)

    for number in range(11):
        expect(guess(number), 400)
    for number in (11, 12):
        expect(guess(number), 429)
    for number in (13, 14):
        expect(guess(number, "a long password"), 429)
    # From the address of the sign-up the owner is let in, at both.
    for client in (one, two):
        expect(organization.sign_in(client), 200)


def a_forwarded_address_of_a_client_is_not_believed(topology, one, two):
    """Through the proxy: every guess is from the address of this client, whatever its header says."""
    client = topology.client()
    client.address = "127.0.0.6"
    other = Organization(one)
    last = None
    for number in range(12):
        last = other.sign_in(client, "a wrong password", headers={"X-Forwarded-For": "127.0.0.1, 203.0.113.9"})
    expect(last, 429)
    # The header named the address of the sign-up, 127.0.0.1, whose bucket is still empty.
    for number in range(2):
        expect(other.sign_in(one, "a wrong password"), 400)


def a_long_token_passes_the_proxy(topology, one, two):
    """TOKENS__MAX_BYTES is 16384: the service says what is wrong with it, and not the proxy."""
    refused = expect(topology.client().get("auth0-api", "/api/private", "a" * 16384), 401)
    if refused.code() != "malformed_token":
        raise AssertionError(f"expected malformed_token, got {refused.body[:200]}")


def quotas_are_counted_together(topology, one, two):
    """At two further replicas, whose limit is low."""
    if not topology.has_quotas:
        return "not checked: these programs have no RATE_LIMIT_URL"
    limits = {
        "RATE_LIMIT__SUBJECT__READ__PER_MINUTE": "1",
        "RATE_LIMIT__SUBJECT__READ__BURST": "6",
        "RATE_LIMIT__KEY_PREFIX": "further",
    }
    clients = []
    for number, (port, persona) in enumerate(zip(free_ports(2), ("viewer", "editor")), 1):
        topology.start_further("auth0-api", f"further-{number}", port, limits)
        client = Client({"auth0-api": port}, address="127.0.0.1")
        # A service does not wait for the store at its start.
        token, before = topology.token("auth0", persona), topology.keys_of_store("further")

        def is_counted():
            client.get("auth0-api", "/api/private", token)
            return topology.keys_of_store("further") > before

        wait_until("requests are counted in the store", is_counted)
        clients.append(client)
    token = topology.token("auth0")
    for number in range(6):
        expect(clients[number % 2].get("auth0-api", "/api/private", token), 200)
    for client in clients:
        refused = expect(client.get("auth0-api", "/api/private", token), 429)
        if "Retry-After" not in refused.headers:
            raise AssertionError("a refused request has no Retry-After")
    return None


CHECKS = (
    a_sign_in_is_seen,
    a_revocation_is_seen,
    a_sign_out_is_seen,
    a_used_refresh_token_is_seen,
    a_rotation_is_seen,
    guesses_are_counted_together,
    a_forwarded_address_of_a_client_is_not_believed,
    a_long_token_passes_the_proxy,
    quotas_are_counted_together,
)


def check_all(topology):
    """Prints a line for each check; the first that fails ends them."""
    one, two = topology.direct(1), topology.direct(2)
    for check in CHECKS:
        name = check.__name__.replace("_", " ")
        try:
            omitted = check(topology, one, two)
        except AssertionError as error:
            raise Failed(f"{name}: {error}") from error
        print(f"-       {name}: {omitted}" if omitted else f"ok      {name}", flush=True)
