"""Publisher confirms on a blocking channel, mandatory returns, and transactions."""
import pika
import pika.exceptions
from common import connect, equal, name

connection = connect()
channel = connection.channel()
channel.confirm_delivery()
queue = name("confirmed")
channel.queue_declare(queue=queue, durable=True)
try:
    for number in range(50):
        channel.basic_publish(
            "", queue, str(number).encode(), pika.BasicProperties(delivery_mode=2), mandatory=True
        )
    equal(channel.queue_declare(queue=queue, passive=True).method.message_count, 50)
    try:
        channel.basic_publish("", name("nowhere"), b"lost", mandatory=True)
        raise AssertionError("an unroutable mandatory message was not returned")
    except pika.exceptions.UnroutableError as error:
        (returned,) = error.messages
        equal((returned.method.reply_code, returned.method.reply_text), (312, "NO_ROUTE"))
        equal(returned.body, b"lost")
    equal(channel.queue_purge(queue).method.message_count, 50)

    transacted = connection.channel()
    transacted.tx_select()
    transacted.basic_publish("", queue, b"never")
    transacted.tx_rollback()
    transacted.basic_publish("", queue, b"committed")
    equal(transacted.basic_get(queue), (None, None, None))
    transacted.tx_commit()
    method, properties, body = transacted.basic_get(queue)
    equal(body, b"committed")
    transacted.basic_ack(method.delivery_tag)
    transacted.tx_commit()
    equal(channel.basic_get(queue), (None, None, None))
finally:
    connection.channel().queue_delete(queue)
    connection.close()
