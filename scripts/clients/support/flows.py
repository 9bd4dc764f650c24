"""Runs the flows of a script one after another, and prints a line for each."""

import os
import sys
import traceback
from importlib.metadata import version

_flows = []


def flow(title):
    """Registers a function as a flow with this title; it fails by raising."""

    def register(function):
        _flows.append((title, function))
        return function

    return register


def run(*packages):
    """Runs every flow and exits with 1 if one failed. The packages are those that the script is about."""
    libraries = ", ".join(f"{package} {version(package)}" for package in packages)
    failed = 0
    for title, function in _flows:
        try:
            function()
        except Exception:
            failed += 1
            print(f"FAILED  {libraries}: {title}", flush=True)
            traceback.print_exc()
        else:
            print(f"ok      {libraries}: {title}", flush=True)
    if not _flows:
        raise SystemExit("there is no flow")
    sys.exit(1 if failed else 0)


def address(name):
    """Returns the base URL of a program, without a slash at the end."""
    return os.environ[name]


def equal(found, expected):
    """Fails unless both are the same."""
    if found != expected:
        raise AssertionError(f"expected {expected!r}, got {found!r}")


def refused(kind, function, *arguments, **named):
    """Fails unless the call raises an exception of this kind, which is returned."""
    try:
        result = function(*arguments, **named)
    except kind as error:
        return error
    raise AssertionError(f"expected {kind}, got {result!r}")


def forged(token):
    """Returns the token with another signature, of the same form."""
    head, _, signature = token.rpartition(".")
    return f"{head}.{'B' if signature[0] == 'A' else 'A'}{signature[1:]}"
