"""Has a Celery worker do what people have workers do: results, retries, countdowns, groups and chains, queues of several kinds, events,
and remote control by the pidbox exchanges. Asserts for itself and exits with 0 only when all of it held."""
import os
import subprocess
import sys
import threading
import time
import uuid

os.environ["URL"] = sys.argv[1]
os.environ["PREFIX"] = f"interop.celery.{uuid.uuid4().hex[:12]}"

from celery import chain, group
from celery.events import EventReceiver
from celery.exceptions import TaskRevokedError
from celery.result import ResultSet
from tasks import DEAD, DEFAULT, LATER, PREFIX, PRIORITY, REFUSED, TOPIC, add, app, failing, refused, retried

SECONDS = 60
NODE = f"{PREFIX}@here"


def until(what, condition):
    end = time.monotonic() + SECONDS
    while not (value := condition()):
        assert time.monotonic() < end, f"{what}: not within {SECONDS} seconds"
        time.sleep(0.05)
    return value


def raised(result):
    try:
        result.get(timeout=SECONDS)
    except Exception as error:
        return type(error)


def results():
    assert add.delay(2, 3).get(timeout=SECONDS) == 5
    assert retried.delay().get(timeout=SECONDS) == 2
    assert raised(failing.delay()) is ValueError
    assert add.apply_async((1, 2), countdown=0.3).get(timeout=SECONDS) == 3
    assert raised(add.apply_async((1, 2), countdown=0.6, expires=0.1)) is TaskRevokedError
    assert group(add.s(n, n) for n in range(20))().get(timeout=SECONDS) == [2 * n for n in range(20)]
    assert chain(add.s(1, 1), add.s(2), add.s(3))().get(timeout=SECONDS) == 7


def queues(channel):
    # Many in one queue, and some in others that have to get their turn.
    waiting = [add.delay(n, 0) for n in range(100)]
    others = [add.apply_async((n, 0), queue=PRIORITY, priority=n) for n in range(10)]
    topic = add.apply_async((5, 5), exchange=f"{PREFIX}.exchange", routing_key="a.b")
    all_of_them = ResultSet([*waiting, *others, topic])
    assert all_of_them.get(timeout=SECONDS) == [*range(100), *range(10), 10]
    refused.apply_async(queue=REFUSED)
    letter = until("dead letter", lambda: channel.basic_get(DEAD, no_ack=True))
    death = letter.headers["x-death"][0]
    assert (death["queue"], death["reason"], death["count"]) == (REFUSED, "rejected", 1), death


def control():
    inspect = app.control.inspect(destination=[NODE], timeout=SECONDS)
    assert {queue["name"] for queue in inspect.active_queues()[NODE]} == {DEFAULT, PRIORITY, REFUSED, TOPIC}
    assert inspect.stats()[NODE]["prefetch_count"] == 2
    later = add.apply_async((1, 1), countdown=4)
    until("scheduled task", lambda: inspect.scheduled()[NODE])
    later.revoke()
    assert raised(later) is TaskRevokedError
    for order in (app.control.add_consumer, app.control.cancel_consumer):
        [answer] = order(LATER, destination=[NODE], reply=True, timeout=5)
        assert "ok" in answer[NODE], answer
        if order == app.control.add_consumer:
            assert add.apply_async((4, 4), queue=LATER).get(timeout=SECONDS) == 8


def events():
    seen = set()

    def note(event):
        seen.add(event["type"])
        receiver.should_stop = {"task-received", "task-started", "task-succeeded"} <= seen

    with app.connection_for_read() as connection:
        receiver = EventReceiver(connection, handlers={"*": note}, app=app)
        threading.Timer(0.2, add.delay, (1, 1)).start()
        receiver.capture(timeout=SECONDS)


with app.connection_for_write() as connection, connection.channel() as channel:
    channel.queue_declare(DEAD, durable=True, auto_delete=False)
    arguments = ["-m", "celery", "-A", "tasks", "worker", "-n", NODE, "-c", "2", "-l", "WARNING"]
    worker = subprocess.Popen([sys.executable, "-B", *arguments])
    try:
        until("worker", lambda: app.control.ping(destination=[NODE], timeout=1))
        results()
        queues(channel)
        control()
        events()
        app.control.shutdown(destination=[NODE])
        assert worker.wait(timeout=SECONDS) == 0
    finally:
        worker.kill()
        for queue in (DEFAULT, PRIORITY, REFUSED, DEAD, TOPIC, LATER):
            channel.queue_delete(queue)
        for exchange in (DEFAULT, f"{PREFIX}.exchange", LATER):
            channel.exchange_delete(exchange)
