"""RPC over a reply queue with correlation ids, and over direct reply-to."""
import uuid

import pika
from common import connect, equal, name

connection = connect()
server = connection.channel()
queue = name("rpc")
server.queue_declare(queue=queue, exclusive=True)
server.basic_qos(prefetch_count=1)


def answer(ch, method, properties, body):
    reply = pika.BasicProperties(correlation_id=properties.correlation_id)
    ch.basic_publish("", properties.reply_to, str(int(body) ** 2).encode(), reply)
    ch.basic_ack(method.delivery_tag)


server.basic_consume(queue, answer)

client = connection.channel()
for reply_to in (client.queue_declare(queue="", exclusive=True).method.queue, "amq.rabbitmq.reply-to"):
    replies = []
    client.basic_consume(reply_to, lambda ch, m, p, body: replies.append((p.correlation_id, body)), auto_ack=True)
    for number in (3, 4):
        correlation_id = str(uuid.uuid4())
        properties = pika.BasicProperties(reply_to=reply_to, correlation_id=correlation_id)
        client.basic_publish("", queue, str(number).encode(), properties)
        before = len(replies)
        while len(replies) == before:
            connection.process_data_events(time_limit=10)
        equal(replies[-1], (correlation_id, str(number**2).encode()))
    equal(len(replies), 2)
connection.close()
