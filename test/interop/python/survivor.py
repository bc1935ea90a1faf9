"""Publishes with confirms through broken connections, as pika's users write it, and then finds everything confirmed.

Prints 'confirmed N' from time to time, so that the test knows when to kill the broker."""
import pika
import pika.exceptions
from common import connect, name

TOTAL = 500
queue = name("survivors")
confirmed = set()


def reconnect():
    connection = connect(connection_attempts=400, retry_delay=0.05)
    channel = connection.channel()
    channel.confirm_delivery()
    channel.queue_declare(queue=queue, durable=True)
    return connection, channel


connection, channel = reconnect()
breaks = 0
number = 0
while number < TOTAL:
    try:
        channel.basic_publish("", queue, str(number).encode(), pika.BasicProperties(delivery_mode=2))
        confirmed.add(number)
        number += 1
        if number % 100 == 0:
            print("confirmed", number, flush=True)
    except pika.exceptions.AMQPConnectionError:
        breaks += 1
        connection, channel = reconnect()

found = []
for method, properties, body in channel.consume(queue, inactivity_timeout=10):
    assert method is not None, f"only {len(set(found))} of {TOTAL} came"
    found.append(int(body))
    channel.basic_ack(method.delivery_tag)
    if found[-1] == TOTAL - 1:
        break
assert breaks > 0, "the connection never broke"
assert confirmed <= set(found), sorted(confirmed - set(found))[:20]
# A message whose confirm was lost may be there twice, but none out of its order.
assert found == sorted(found)
channel.cancel()
channel.queue_delete(queue)
connection.close()
