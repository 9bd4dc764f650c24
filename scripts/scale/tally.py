"""Counts the responses, by what was going on when they were sent."""

import threading
from collections import Counter

IDEMPOTENT = {"GET", "HEAD", "OPTIONS", "PUT", "DELETE"}
# A busy machine closes the connections of a killed process a moment after it.
AFTER_A_KILL = 0.25


class Tally:
    """Every exchange of the load, from all threads, and the times of the events."""

    def __init__(self):
        self.lock = threading.Lock()
        self.exchanges = []
        self.kills = []
        self.outages = []
        self.faults = []

    def add(self, exchange):
        with self.lock:
            self.exchanges.append(exchange)

    def fault(self, text):
        with self.lock:
            self.faults.append(text)

    def killed(self, service, times):
        """A replica of this service was killed between these two times."""
        self.kills.append((service, *times))

    def outage(self, begun, ended):
        """The database was stopped between these two times, and every replica was ready again at the end."""
        self.outages.append((begun, ended))

    def refused_since(self, begun):
        """Returns the services that responded with 503 to a request that was sent after this time."""
        with self.lock:
            return {one.service for one in self.exchanges if one.begun >= begun and one.status == 503}

    def kind(self, exchange):
        """Returns what an exchange counts as; everything but `expected` and the two allowed kinds is a fault."""
        if exchange.status in exchange.expected:
            return "expected"
        if exchange.status in (0, 502) and self._was_in_flight(exchange):
            return "lost in flight"
        if exchange.status == 503 and "Retry-After" in exchange.headers and self._met_an_outage(exchange):
            return "503, database"
        if exchange.status == 401:
            return "wrong 401"
        if exchange.status >= 500 or exchange.status == 0:
            return "other 5xx"
        return "unexpected"

    def _was_in_flight(self, exchange):
        return exchange.method not in IDEMPOTENT and any(
            service == exchange.service and exchange.begun <= ended + AFTER_A_KILL and exchange.ended >= begun
            for service, begun, ended in self.kills
        )

    def _met_an_outage(self, exchange):
        return any(exchange.begun <= ended and exchange.ended >= begun for begun, ended in self.outages)

    def report(self, services):
        """Prints a line for each service, and adds a fault for each exchange that counts as one."""
        kinds = ("expected", "503, database", "lost in flight", "wrong 401", "other 5xx", "unexpected")
        table = {service: Counter() for service in services}
        for exchange in self.exchanges:
            kind = self.kind(exchange)
            table[exchange.service][kind] += 1
            if kind in kinds[3:]:
                body = exchange.body[:200].decode(errors="replace")
                self.fault(f"{kind}: {exchange.status} for {exchange.method} {exchange.path} of {exchange.service}: {body}")
        print(f"{'through the proxy':18}" + "".join(f"{kind:>16}" for kind in ("requests", *kinds)))
        for service, counts in table.items():
            print(f"{service:18}{counts.total():>16}" + "".join(f"{counts[kind]:>16}" for kind in kinds))
