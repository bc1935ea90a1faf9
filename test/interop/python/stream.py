"""Reads a stream through a restart of the broker, as pika's users write it: from the beginning, then on from behind the last offset.

Prints 'read N' when it has read what there is, and then waits for the connection to break."""
import pika.exceptions
from common import connect, name

TOTAL = 500
stream = name("stream")
arguments = {"x-queue-type": "stream"}


def read(channel, offset, count):
    """The offsets and bodies of the next messages, each acknowledged."""
    channel.basic_qos(prefetch_count=50)
    found = []
    for method, properties, body in channel.consume(stream, arguments={"x-stream-offset": offset}, inactivity_timeout=60):
        assert method is not None, f"only {len(found)} of {count} came"
        found.append((properties.headers["x-stream-offset"], int(body)))
        channel.basic_ack(method.delivery_tag)
        if len(found) == count:
            return found


def publish(channel, numbers):
    channel.confirm_delivery()
    for number in numbers:
        channel.basic_publish("", stream, str(number).encode())


connection = connect()
channel = connection.channel()
channel.queue_declare(stream, durable=True, arguments=arguments)
publish(channel, range(TOTAL))
assert read(channel, "first", TOTAL) == [(number, number) for number in range(TOTAL)]
print("read", TOTAL, flush=True)
try:
    while True:
        connection.process_data_events(time_limit=1)
except pika.exceptions.AMQPError:
    pass

connection = connect(connection_attempts=400, retry_delay=0.05)
channel = connection.channel()
assert read(channel, "first", TOTAL) == [(number, number) for number in range(TOTAL)]
channel.cancel()
publish(channel, [TOTAL])
assert read(channel, TOTAL - 1, 2) == [(TOTAL - 1, TOTAL - 1), (TOTAL, TOTAL)]
channel.cancel()
channel.queue_delete(stream)
connection.close()
