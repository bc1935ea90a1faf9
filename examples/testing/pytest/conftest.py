"""A broker for the run, and a vhost of its own for each test."""

import json
import os
import shlex
import subprocess
import urllib.error
import urllib.request

import pytest


class Control:
    """The control port of `leveret test`: docs/testing.md names its requests."""

    def __init__(self, url):
        self.url = url

    def request(self, method, path, body=None):
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self.url + path, data=data, method=method)
        try:
            with urllib.request.urlopen(request) as response:
                text = response.read()
        except urllib.error.HTTPError as error:
            raise AssertionError(error.read().decode()) from None
        return json.loads(text) if text else None

    def post(self, path, **body):
        return self.request("POST", path, body)


@pytest.fixture(scope="session")
def control():
    command = shlex.split(os.environ.get("LEVERET", "npx leveret"))
    # The broker ends when its standard input closes, whatever becomes of this process.
    with subprocess.Popen([*command, "test", "--manual-clock"], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as broker:
        yield Control(json.loads(broker.stdout.readline())["control"])
        broker.stdin.close()


@pytest.fixture
def space(control):
    made = control.post("/test/spaces")
    yield made
    control.request("DELETE", f"/test/spaces/{made['vhost']}")
