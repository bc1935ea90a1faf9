"""The Celery application that worker and client share. URL and PREFIX, for names of their own, come from the environment."""
import os

from celery import Celery
from celery.exceptions import Reject
from kombu import Exchange, Queue

PREFIX = os.environ["PREFIX"]
DEFAULT, PRIORITY, REFUSED, DEAD, TOPIC, LATER = (
    f"{PREFIX}.{name}" for name in ("default", "priority", "refused", "dead", "topic", "later")
)

app = Celery("tasks", broker=os.environ["URL"], backend="rpc://")
app.conf.update(
    task_default_queue=DEFAULT,
    task_queues=[
        Queue(DEFAULT),
        Queue(PRIORITY, queue_arguments={"x-max-priority": 10}),
        Queue(REFUSED, queue_arguments={"x-dead-letter-exchange": "", "x-dead-letter-routing-key": DEAD}),
        Queue(TOPIC, Exchange(f"{PREFIX}.exchange", type="topic"), routing_key="a.*"),
    ],
    # One delivery at a time for all queues together, below a limit of the channel.
    task_acks_late=True,
    task_reject_on_worker_lost=True,
    worker_prefetch_multiplier=1,
    worker_send_task_events=True,
    broker_transport_options={"confirm_publish": True},
    broker_heartbeat=5,
)


@app.task
def add(one, other):
    return one + other


@app.task(bind=True)
def retried(self):
    if self.request.retries < 2:
        raise self.retry(countdown=0.1, max_retries=3)
    return self.request.retries


@app.task
def failing():
    raise ValueError("no")


@app.task
def refused():
    raise Reject("no", requeue=False)
