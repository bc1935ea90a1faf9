"""Large and many messages, properties and headers of every kind, the negotiated limits, and cancel notifications."""
import datetime
import decimal
import hashlib
import os

import pika
import pika.exceptions
from common import connect, equal, name, pump_until

connection = connect(heartbeat=30, frame_max=8192, channel_max=5)
equal(connection._impl.params.heartbeat, 30)
channel = connection.channel()
queue = channel.queue_declare(queue=name("очередь-🐇"), exclusive=True).method.queue

headers = {
    "text": "Ünïcödé 鍵 🐇",
    "ключ": "a unicode name",
    "yes": True,
    "no": False,
    "nothing": None,
    "int": -(2**31),
    "long": 2**62,
    "decimal": decimal.Decimal("3.1415"),
    "binary": b"\x00\xff\xfe",
    "date": datetime.datetime(2024, 2, 29, 12, 30, 15),
    "list": ["a", 1, True, None, [2, ["nested"]], {"key": "value"}],
    "empty list": [],
    "table": {"inner": {"innermost": [{"deep": "down"}]}},
    "empty table": {},
}
properties = pika.BasicProperties(
    content_type="text/plain",
    content_encoding="utf-8",
    headers=headers,
    delivery_mode=2,
    priority=5,
    correlation_id="c",
    reply_to="r",
    expiration="60000",
    message_id="m",
    timestamp=1_700_000_000,
    type="t",
    user_id="guest",
    app_id="a",
)
channel.basic_publish("", queue, b"x", properties)
method, got, body = channel.basic_get(queue, auto_ack=True)
for key, value in headers.items():
    equal((key, got.headers[key]), (key, value))
equal(got, properties)

for size in (0, 1, 8192 - 8, 8192 - 7, 1 << 20, 20 << 20):
    sent = os.urandom(size)
    channel.basic_publish("", queue, sent)
    received = None
    while received is None:
        received = channel.basic_get(queue, auto_ack=True)[2]
    equal(hashlib.sha256(received).digest(), hashlib.sha256(sent).digest())

for number in range(20_000):
    channel.basic_publish("", queue, str(number).encode())
order = []
channel.basic_qos(prefetch_count=500)


def receive(ch, method, properties, body):
    order.append(int(body))
    if len(order) % 100 == 0:
        ch.basic_ack(method.delivery_tag, multiple=True)


channel.basic_consume(queue, receive)
pump_until(connection, lambda: len(order) == 20_000, deadline=60)
equal(order, list(range(20_000)))

cancelled = []
channel.add_on_cancel_callback(lambda frame: cancelled.append(frame.method.consumer_tag))
vanishing = channel.queue_declare(queue=name("vanishing"), exclusive=True).method.queue
tag = channel.basic_consume(vanishing, lambda *args: None)
connection.channel().queue_delete(vanishing)
pump_until(connection, lambda: cancelled)
equal(cancelled, [tag])
connection.close()
