"""Publishes with pika; what becomes of it is asked of the broker."""

import json

import pika
import pytest


@pytest.fixture
def channel(space):
    connection = pika.BlockingConnection(pika.URLParameters(space["url"]))
    channel = connection.channel()
    channel.queue_declare("bills")
    later = {"x-message-ttl": 86_400_000, "x-dead-letter-exchange": "", "x-dead-letter-routing-key": "bills"}
    channel.queue_declare("tomorrow", arguments=later)
    yield channel
    connection.close()


def publish(channel, queue, content):
    channel.basic_publish("", queue, json.dumps(content).encode())


def test_a_bill_comes(control, space, channel):
    publish(channel, "bills", {"orderId": 7, "total": 12})
    bill = control.post("/test/wait", vhost=space["vhost"], queue="bills", match={"json": {"orderId": 7}})
    assert bill["json"]["total"] == 12


def test_a_day_passes(control, space, channel):
    publish(channel, "tomorrow", {"orderId": 8})
    control.post("/test/idle")
    control.post("/test/clock/advance", by="1d")
    control.post("/test/wait", vhost=space["vhost"], queue="bills", match={"json": {"orderId": 8}})


def test_a_wait_in_vain_explains(control, space, channel):
    publish(channel, "bills", {"orderId": 9})
    with pytest.raises(AssertionError, match='Instead 1 came to it:\n.*"orderId": 9'):
        control.post("/test/wait", vhost=space["vhost"], queue="bills", match={"json": {"orderId": 7}}, patience=100)


def test_a_publish_is_refused(control, space, channel):
    channel.confirm_delivery()
    fault = control.post("/test/faults", kind="nackPublishes", filter={"vhost": space["vhost"]}, trigger={"times": 1})
    with pytest.raises(pika.exceptions.NackError):
        publish(channel, "bills", {"orderId": 10})
    publish(channel, "bills", {"orderId": 11})
    assert control.request("DELETE", f"/test/faults/{fault['id']}") == {"hits": 1}
