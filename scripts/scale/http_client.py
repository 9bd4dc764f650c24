"""Requests over kept connections, to the proxy or to a replica, and what became of each."""

import http.client
import json
import ssl
import time
from collections import namedtuple
from urllib.parse import urlencode

# The clients' own address: the proxy's is 127.0.0.1, which the services trust.
CLIENT_ADDRESS = "127.0.0.5"

# One request: which service, method and path, when it began and ended, and its response; status 0 if there was none.
Exchange = namedtuple("Exchange", "service method path begun ended status headers body expected")


class Response:
    """A response; `status` is 0 if the connection was closed without one."""

    def __init__(self, exchange):
        self.status, self.headers, self.body = exchange.status, exchange.headers, exchange.body

    def json(self):
        return json.loads(self.body)

    def code(self):
        """Returns the `code` of a problem, or the `error` of an OAuth endpoint."""
        try:
            body = self.json()
        except ValueError:
            return ""
        return body.get("code") or body.get("error") or ""


class Client:
    """For one thread. `ports` has that of each service; with `authority`, the file of one, it speaks TLS; `tally` is told of
    every exchange."""

    def __init__(self, ports, authority=None, tally=None, address=CLIENT_ADDRESS):
        self.ports, self.tally, self.address = ports, tally, address
        self.context = ssl.create_default_context(cafile=authority) if authority else None
        self.connections = {}

    def get(self, service, path, token=None, expected=(200,), headers=None):
        return self.send(service, "GET", path, None, token, expected, headers)

    def post(self, service, path, body=None, token=None, expected=(200,), headers=None):
        """Sends a dictionary as JSON."""
        return self.send(service, "POST", path, body, token, expected, headers)

    def form(self, service, path, fields, expected=(200,), headers=None):
        headers = {"Content-Type": "application/x-www-form-urlencoded"} | (headers or {})
        return self.send(service, "POST", path, urlencode(fields), None, expected, headers)

    def send(self, service, method, path, body, token, expected, headers=None):
        """`expected` are the statuses without a fault."""
        headers = dict(headers or {})
        if token:
            headers["Authorization"] = f"Bearer {token}"
        if isinstance(body, dict):
            body = json.dumps(body)
            headers["Content-Type"] = "application/json"
        begun = time.monotonic()
        try:
            connection = self._connection(service)
            connection.request(method, path, body, headers)
            response = connection.getresponse()
            content = response.read()
            status, got = response.status, response.headers
            if response.will_close:
                self.close(service)
        except (OSError, http.client.HTTPException) as error:
            self.close(service)
            status, got, content = 0, {}, repr(error).encode()
        exchange = Exchange(service, method, path, begun, time.monotonic(), status, got, content, expected)
        if self.tally:
            self.tally.add(exchange)
        return Response(exchange)

    def _connection(self, service):
        if service not in self.connections:
            host, source = "127.0.0.1", (self.address, 0)
            if self.context:
                connection = http.client.HTTPSConnection(
                    host, self.ports[service], timeout=60, source_address=source, context=self.context
                )
            else:
                connection = http.client.HTTPConnection(host, self.ports[service], timeout=60, source_address=source)
            self.connections[service] = connection
        return self.connections[service]

    def close(self, service):
        connection = self.connections.pop(service, None)
        if connection:
            connection.close()
