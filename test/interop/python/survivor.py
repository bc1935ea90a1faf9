"""Publishes with confirms through broken connections, as pika's users write it, and then finds everything confirmed.

Prints 'confirmed after N breaks' when it publishes over a new connection, so that the test knows when to kill the broker; goes on until that was done as
often as the second argument says."""
import sys

import pika
import pika.exceptions
from common import connect, name

BREAKS = int(sys.argv[2])
ENOUGH = 200
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
# Over the connection that there is.
done = 0
while breaks < BREAKS or done < ENOUGH:
    try:
        channel.basic_publish("", queue, str(number).encode(), pika.BasicProperties(delivery_mode=2))
        confirmed.add(number)
        number += 1
        done += 1
        if done == ENOUGH:
            print("confirmed after", breaks, "breaks", flush=True)
    except pika.exceptions.AMQPConnectionError:
        breaks += 1
        done = 0
        connection, channel = reconnect()

found = []
for method, properties, body in channel.consume(queue, inactivity_timeout=60):
    assert method is not None, f"only {len(set(found))} of {number} came"
    found.append(int(body))
    channel.basic_ack(method.delivery_tag)
    if found[-1] == number - 1:
        break
assert confirmed <= set(found), sorted(confirmed - set(found))[:20]
# A message whose confirm was lost may be there twice, but none out of its order.
assert found == sorted(found)
channel.cancel()
channel.queue_delete(queue)
connection.close()
