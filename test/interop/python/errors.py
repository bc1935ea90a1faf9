"""The broker's errors as pika's own exceptions; the connection outlives its channels."""
import pika
import pika.exceptions
from common import URL, connect, equal, name

connection = connect()
queue = name("declared")
owner = connect()
owned = owner.channel().queue_declare(queue=name("owned"), exclusive=True).method.queue
connection.channel().queue_declare(queue=queue, durable=True)


def closed_with(code, text, operation):
    channel = connection.channel()
    try:
        operation(channel)
        raise AssertionError(f"no error {code}")
    except pika.exceptions.ChannelClosedByBroker as error:
        equal(error.reply_code, code)
        assert text in error.reply_text, error.reply_text
    assert channel.is_closed and connection.is_open


def ack_unknown(channel):
    channel.basic_ack(99)
    channel.queue_declare(queue=queue, passive=True)


def publish_to_nothing(channel):
    channel.basic_publish(missing, "", b"x")
    channel.queue_declare(queue=queue, passive=True)


missing = name("missing")
try:
    closed_with(404, f"NOT_FOUND - no queue '{missing}' in vhost '/'", lambda c: c.queue_declare(missing, passive=True))
    closed_with(404, f"NOT_FOUND - no exchange '{missing}' in vhost '/'", publish_to_nothing)
    closed_with(406, "inequivalent arg 'durable'", lambda c: c.queue_declare(queue, durable=False))
    closed_with(406, "unknown delivery tag 99", ack_unknown)
    closed_with(405, f"cannot obtain exclusive access to locked queue '{owned}'", lambda c: c.queue_purge(owned))
    closed_with(403, "contains reserved prefix 'amq.*'", lambda c: c.exchange_declare("amq.mine", "direct"))
    equal(connection.channel().queue_declare(queue=queue, passive=True).method.message_count, 0)
finally:
    connection.channel().queue_delete(queue)

try:
    connect(credentials=pika.PlainCredentials("guest", "wrong"))
    raise AssertionError("a wrong password was let in")
except pika.exceptions.ProbableAuthenticationError as error:
    assert "ACCESS_REFUSED" in str(error), error
try:
    connect(virtual_host="nowhere")
    raise AssertionError("an unknown vhost was let in")
except pika.exceptions.ConnectionClosedByBroker as error:
    equal(error.reply_code, 530)
except pika.exceptions.ProbableAccessDeniedError as error:
    assert "530" in str(error), error

# A hard error: the connection itself is closed, with its code.
channel = owner.channel()
try:
    channel.basic_publish("", owned, b"x")
    channel.basic_qos(prefetch_size=5)
    raise AssertionError("a prefetch size was accepted")
except pika.exceptions.ConnectionClosedByBroker as error:
    equal(error.reply_code, 540)
    assert "NOT_IMPLEMENTED - prefetch_size!=0 (5)" in error.reply_text, error.reply_text
assert owner.is_closed
connection.close()
