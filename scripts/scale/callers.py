"""The load: each caller is a thread that does one thing after another until it is told to stop, and remembers what was
acknowledged."""

import itertools
import threading

from organization import Organization, expect, refresh


class Caller(threading.Thread):
    """One kind of load. `turns` counts what it has done from beginning to end."""

    def __init__(self, topology, tally, stopping):
        super().__init__(daemon=True)
        self.topology, self.tally, self.stopping = topology, tally, stopping
        self.client = topology.client(tally)
        self.turns = 0
        self.numbers = itertools.count()
        # The headers of the tokens that were used, each with the id of its key.
        self.keys = set()
        self.prepare()

    def prepare(self):
        """Done before the load begins."""

    def run(self):
        try:
            # A pace that leaves the machine to others; it ends at once.
            while not self.stopping.wait(0.02):
                self.turn()
                self.turns += 1
        except Exception as error:
            self.tally.fault(f"{type(self).__name__} has ended: {error!r}")

    def turn(self):
        raise NotImplementedError

    def issued(self, side):
        """Returns a new token of the local issuer."""
        token = self.topology.token(side)
        self.keys.add(token.partition(".")[0])
        return token


class Sessions(Caller):
    """Signs in, refreshes and signs out at auth-server, and uses each access token at once: there and at billing-api."""

    def prepare(self):
        self.organization = Organization(self.client)
        self.ended = 0

    def turn(self):
        response = self.organization.sign_in(self.client)
        if response.status != 200:
            return
        tokens = response.json()
        for _ in range(2):
            self.use(tokens["access_token"])
            response = refresh(self.client, tokens["refresh_token"])
            if response.status != 200:
                # Whether it was used is not known if there was no response, and a second use ends the session.
                return
            tokens = response.json()
        if self.client.post("auth-server", "/user/logout", None, tokens["access_token"], (204,)).status == 204:
            self.ended += 1
            refused = refresh(self.client, tokens["refresh_token"], (400,))
            if refused.status == 200:
                self.tally.fault("a session that had ended was refreshed")

    def use(self, token):
        self.keys.add(token.partition(".")[0])
        self.client.get("auth-server", "/user/me", token)
        self.client.get("billing-api", "/billing/", token)


class Invoices(Caller):
    """Creates invoices at billing-api, opens each second one, and reads it."""

    def prepare(self):
        self.organization = Organization(self.client)
        self.token = self.organization.signed_in(self.client)["access_token"]
        # The status of each by its id; None if a change had no response.
        self.written = {}

    def turn(self):
        number = next(self.numbers)
        invoice = {"number": f"INV-{number}", "customer": "Ada", "amount": 12345, "currency": "EUR"}
        made = self.client.post("billing-api", "/billing/invoices", invoice, self.token, (201,))
        if made.status != 201:
            return
        path = f"/billing/invoices/{made.json()['id']}"
        self.written[made.json()["id"]] = "draft"
        if number % 2:
            change = {"status": "open"}
            opened = self.client.send("billing-api", "PATCH", path, change, self.token, (200,))
            self.written[made.json()["id"]] = "open" if opened.status == 200 else None
        self.client.get("billing-api", path, self.token)

    def lost(self, client):
        """Returns how many acknowledged writes the replicas of this client do not have."""
        token = self.organization.signed_in(client)["access_token"]
        found, after = {}, ""
        while after is not None:
            page = expect(client.get("billing-api", f"/billing/invoices?limit=100{after}", token), 200).json()
            found |= {invoice["id"]: invoice["status"] for invoice in page["invoices"]}
            after = f"&after={page['next']}" if page["next"] else None
        return sum(id not in found or status not in (None, found[id]) for id, status in self.written.items())


class Users(Caller):
    """Creates users at descope-api, and lists them."""

    def prepare(self):
        self.written = set()

    def turn(self):
        number = next(self.numbers)
        if number % 10 == 0:
            self.token = self.issued("descope")
        user = {"name": "Ada", "email": f"ada-{number}@example.com"}
        made = self.client.post("descope-api", "/api/users", user, self.token)
        if made.status == 200:
            self.written.add(made.json()["user"]["id"])
        self.client.get("descope-api", "/api/admin/users?limit=5", self.token)

    def lost(self, client):
        token, found, after = self.topology.token("descope"), set(), ""
        while after is not None:
            path = f"/api/admin/users?limit=100{after}"
            page = expect(client.get("descope-api", path, token), 200)
            ids = [user["id"] for user in page.json()["users"]]
            found.update(ids)
            after = f"&after={ids[-1]}" if "Link" in page.headers else None
        return len(self.written - found)


class Permissions(Caller):
    """Creates permissions at auth-server, up to the most that an organization may have, and then lists them."""

    MOST = 900

    def prepare(self):
        self.organization = Organization(self.client)
        self.token = self.organization.signed_in(self.client)["access_token"]
        self.written = set()

    def turn(self):
        number = next(self.numbers)
        if number < self.MOST:
            permission = {"service": "scale", "resource": "thing", "action": f"do-{number}"}
            made = self.client.post("auth-server", "/permission/", permission, self.token)
            if made.status == 200:
                self.written.add(made.json()["slug"])
        else:
            self.client.get("auth-server", "/permission/?limit=10", self.token)

    def lost(self, client):
        token = self.organization.signed_in(client)["access_token"]
        found = expect(client.get("auth-server", "/permission/?limit=1000", token), 200).json()
        return len(self.written - {permission["slug"] for permission in found})


class Reads(Caller):
    """Reads what auth0-api protects, with tokens that were seen before and with new ones."""

    def turn(self):
        if next(self.numbers) % 10 == 0:
            self.token = self.issued("auth0")
        self.client.get("auth0-api", "/api/private", self.token)
        self.client.get("auth0-api", "/api/admin", self.token)


CALLERS = (Sessions, Sessions, Invoices, Users, Permissions, Reads)
# Those that get new tokens all the time, from all three issuers.
OF_NEW_TOKENS = (Sessions, Users, Reads)
