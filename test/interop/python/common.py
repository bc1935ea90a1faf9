"""What the pika scripts share: the URL from the command line, unique names, and connections that end with the script.

Each script asserts for itself and exits with 0 only when all of it held."""
import sys
import uuid

import pika

URL = sys.argv[1]


def name(kind):
    return f"interop.pika.{kind}.{uuid.uuid4().hex[:12]}"


def connect(**changes):
    parameters = pika.URLParameters(URL)
    for key, value in changes.items():
        setattr(parameters, key, value)
    return pika.BlockingConnection(parameters)


def pump_until(connection, condition, deadline=60):
    """Lets a connection work until a condition holds."""
    import time

    end = time.monotonic() + deadline
    while not condition():
        assert time.monotonic() < end, f"not within {deadline} seconds"
        connection.process_data_events(time_limit=0.05)


def equal(actual, expected):
    assert actual == expected, f"{actual!r} is not {expected!r}"
