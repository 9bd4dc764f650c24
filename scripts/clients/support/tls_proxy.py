"""A proxy with a certificate for localhost, for clients that insist on https.

Arguments: the port to listen on, the port to pass requests on to, and the file for the certificate of
its authority.
"""

import datetime
import http.client
import ipaddress
import os
import ssl
import sys
import tempfile
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID


class Handler(BaseHTTPRequestHandler):
    """Passes a request on, and says that it came with https."""

    protocol_version = "HTTP/1.1"
    target = 0

    def pass_on(self):
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        headers = {name: value for name, value in self.headers.items() if name.lower() != "connection"}
        headers["X-Forwarded-Proto"] = "https"
        upstream = http.client.HTTPConnection("127.0.0.1", self.target, timeout=30)
        upstream.request(self.command, self.path, body, headers)
        response = upstream.getresponse()
        content = response.read()
        self.send_response_only(response.status, response.reason)
        for name, value in response.getheaders():
            if name.lower() not in ("connection", "transfer-encoding", "content-length"):
                self.send_header(name, value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(content)
        upstream.close()

    do_GET = do_POST = do_HEAD = do_OPTIONS = pass_on

    def log_message(self, *_):
        pass


def certificate(name, issuer, extensions):
    """Returns a new key and its certificate, valid for a day. The issuer is such a pair; None for a certificate authority."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.datetime.now(datetime.timezone.utc)
    is_authority = x509.BasicConstraints(ca=issuer is None, path_length=None)
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer[1].subject if issuer else subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(hours=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(is_authority, critical=True)
    )
    for extension in extensions:
        builder = builder.add_extension(extension, critical=False)
    return key, builder.sign(issuer[0] if issuer else key, hashes.SHA256())


def main():
    port, target, file = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3]
    authority = certificate("an authority for tests", None, [])
    names = [x509.DNSName("localhost"), x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]
    extensions = [x509.SubjectAlternativeName(names), x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH])]
    key, own = certificate("localhost", authority, extensions)
    pem = serialization.Encoding.PEM
    no_password = serialization.NoEncryption()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    with tempfile.NamedTemporaryFile() as both:
        both.write(key.private_bytes(pem, serialization.PrivateFormat.PKCS8, no_password))
        both.write(own.public_bytes(pem))
        both.flush()
        context.load_cert_chain(both.name)
    Handler.target = target
    server = ThreadingHTTPServer(("127.0.0.1", port), Handler)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    # It is complete as soon as it is there.
    with open(f"{file}.new", "wb") as new:
        new.write(authority[1].public_bytes(pem))
    os.replace(f"{file}.new", file)
    server.serve_forever()


if __name__ == "__main__":
    main()
