"""pika's asynchronous connection: confirms by callback, single and multiple, and consuming on the same event loop."""
import pika
from common import URL, equal, name

COUNT = 1000
confirmed = set()
received = []
failures = []
queue = name("async")


def on_open(connection):
    connection.channel(on_open_callback=on_channel)


def on_channel(channel):
    channel.add_on_close_callback(lambda ch, reason: ch.connection.is_open and fail(reason))
    channel.confirm_delivery(on_confirm, callback=lambda frame: declare(channel))


def declare(channel):
    channel.queue_declare(queue=queue, exclusive=True, callback=lambda frame: publish(channel))


def publish(channel):
    channel.basic_consume(queue, on_message)
    for number in range(COUNT):
        channel.basic_publish("", queue, str(number).encode(), pika.BasicProperties(delivery_mode=2))


def on_confirm(frame):
    if not isinstance(frame.method, pika.spec.Basic.Ack):
        fail(frame)
    if frame.method.multiple:
        confirmed.update(range(1, frame.method.delivery_tag + 1))
    else:
        confirmed.add(frame.method.delivery_tag)
    finish()


def on_message(channel, method, properties, body):
    received.append(int(body))
    channel.basic_ack(method.delivery_tag)
    finish()


def finish():
    if len(confirmed) == COUNT and len(received) == COUNT:
        connection.close()


def fail(reason):
    failures.append(reason)
    connection.ioloop.stop()


connection = pika.SelectConnection(
    pika.URLParameters(URL),
    on_open_callback=on_open,
    on_open_error_callback=lambda conn, error: fail(error),
    on_close_callback=lambda conn, reason: conn.ioloop.stop(),
)
connection.ioloop.call_later(15, lambda: fail("not within 15 seconds"))
connection.ioloop.start()
equal(failures, [])
equal(received, list(range(COUNT)))
equal(confirmed, set(range(1, COUNT + 1)))
