"""Publish/subscribe, routing, topics, headers and exchange to exchange bindings."""
from common import connect, equal, name, pump_until

import pika

connection = connect()
channel = connection.channel()


def subscriber(exchange, *bindings, arguments=None):
    queue = channel.queue_declare(queue="", exclusive=True).method.queue
    for key in bindings:
        channel.queue_bind(queue, exchange, routing_key=key, arguments=arguments)
    got = []
    channel.basic_consume(queue, lambda ch, method, props, body: got.append(body.decode()), auto_ack=True)
    return got


def declare(kind, **options):
    exchange = name(kind)
    channel.exchange_declare(exchange, exchange_type=kind, auto_delete=True, **options)
    return exchange


fanout = declare("fanout")
one, two = subscriber(fanout, ""), subscriber(fanout, "")
channel.basic_publish(fanout, "any", b"to all")

direct = declare("direct")
errors, everything = subscriber(direct, "error"), subscriber(direct, "info", "error")
for key in ("info", "error", "debug"):
    channel.basic_publish(direct, key, key.encode())

topic = declare("topic")
critical, kernel = subscriber(topic, "*.critical"), subscriber(topic, "kern.#")
for key in ("kern.critical", "kern.info.boot", "cron.critical", "kern"):
    channel.basic_publish(topic, key, key.encode())

headers = declare("headers")
match_all = subscriber(headers, "", arguments={"x-match": "all", "a": 1, "b": "x"})
match_any = subscriber(headers, "", arguments={"x-match": "any", "a": 1, "b": "x"})
for body, table in ((b"both", {"a": 1, "b": "x"}), (b"one", {"a": 1, "b": "y"}), (b"none", {"a": 2})):
    channel.basic_publish(headers, "", body, pika.BasicProperties(headers=table))

source = declare("direct")
target = declare("fanout")
behind = subscriber(target, "")
channel.exchange_bind(target, source, routing_key="through")
channel.basic_publish(source, "through", b"twice routed")
channel.basic_publish(source, "past", b"dropped")

pump_until(connection, lambda: all((one, two, errors, behind)) and len(everything) == 2 and len(kernel) == 3)
pump_until(connection, lambda: len(critical) == 2 and len(match_any) == 2 and match_all)
# A round trip: what was published before is routed, so nobody gets more than this.
channel.exchange_declare(fanout, passive=True)
connection.process_data_events(time_limit=0)
equal((one, two), (["to all"], ["to all"]))
equal((errors, everything), (["error"], ["info", "error"]))
equal(critical, ["kern.critical", "cron.critical"])
equal(kernel, ["kern.critical", "kern.info.boot", "kern"])
equal((match_all, match_any), (["both"], ["both", "one"]))
equal(behind, ["twice routed"])
channel.exchange_unbind(target, source, routing_key="through")
for exchange in (fanout, direct, topic, headers, source, target):
    channel.exchange_delete(exchange)
connection.close()
