"""Hello world and the work queue: durable, persistent, prefetch 1, manual acks, a dead worker's tasks go to another."""
import pika
from common import connect, equal, name, pump_until

publisher = connect()
channel = publisher.channel()
# With confirms, because RabbitMQ may count a queue's messages before it has taken in the unconfirmed ones.
channel.confirm_delivery()
queue = name("tasks")
channel.queue_declare(queue=queue, durable=True)
try:
    hello = channel.queue_declare(queue="", exclusive=True).method.queue
    assert hello.startswith("amq.gen-"), hello
    channel.basic_publish(exchange="", routing_key=hello, body=b"Hello World!")
    method, properties, body = channel.basic_get(hello, auto_ack=True)
    equal((method.routing_key, method.redelivered, body), (hello, False, b"Hello World!"))
    equal(channel.basic_get(hello), (None, None, None))

    for number in range(6):
        channel.basic_publish(
            exchange="",
            routing_key=queue,
            body=str(number).encode(),
            properties=pika.BasicProperties(delivery_mode=2),
        )
    equal(channel.queue_declare(queue=queue, passive=True).method.message_count, 6)

    dying = connect()
    dying_channel = dying.channel()
    dying_channel.basic_qos(prefetch_count=2)
    held = []
    dying_channel.basic_consume(queue, lambda ch, method, props, body: held.append(body))
    pump_until(dying, lambda: len(held) == 2)

    worker = connect()
    worker_channel = worker.channel()
    worker_channel.basic_qos(prefetch_count=1)
    done = []

    def work(ch, method, properties, body):
        done.append((int(body), method.redelivered))
        equal(properties.delivery_mode, 2)
        ch.basic_ack(method.delivery_tag)

    worker_channel.basic_consume(queue, work)
    pump_until(worker, lambda: len(done) == 4)
    equal(done, [(2, False), (3, False), (4, False), (5, False)])
    dying.close()
    pump_until(worker, lambda: len(done) == 6)
    equal(done[4:], [(0, True), (1, True)])
    worker.close()
    equal(channel.queue_purge(queue).method.message_count, 0)
finally:
    channel.queue_delete(queue)
    publisher.close()
