<?php
// php-amqplib: the tutorials' work in one script. It exits with 0 only when everything held.
require_once 'PhpAmqpLib/autoload.php';

use PhpAmqpLib\Connection\AMQPStreamConnection;
use PhpAmqpLib\Exception\AMQPConnectionClosedException;
use PhpAmqpLib\Exception\AMQPProtocolChannelException;
use PhpAmqpLib\Message\AMQPMessage;
use PhpAmqpLib\Wire\AMQPTable;

$url = parse_url($argv[1]);

function connect(string $password = null): AMQPStreamConnection
{
    global $url;
    return new AMQPStreamConnection($url['host'], $url['port'] ?? 5672, $url['user'], $password ?? $url['pass']);
}

function name(string $kind): string
{
    return "interop.php.$kind." . bin2hex(random_bytes(6));
}

function equal($actual, $expected): void
{
    if ($actual !== $expected) {
        throw new RuntimeException(var_export($actual, true) . ' is not ' . var_export($expected, true));
    }
}

/** Lets a channel work until a list that its callbacks fill has so many items. */
function wait_for_items($channel, array &$list, int $count): void
{
    while (count($list) < $count) {
        $channel->wait(null, false, 15);
    }
}

$connection = connect();
$channel = $connection->channel();

// Work queue: durable, persistent, confirmed, prefetch 1, a dead worker's task goes to another one.
$queue = name('tasks');
$channel->confirm_select();
$channel->queue_declare($queue, false, true, false, false);
try {
    for ($i = 0; $i < 3; $i++) {
        $task = new AMQPMessage("task $i", ['delivery_mode' => AMQPMessage::DELIVERY_MODE_PERSISTENT]);
        $channel->basic_publish($task, '', $queue);
    }
    $channel->wait_for_pending_acks(15);
    equal($channel->queue_declare($queue, true)[1], 3);
    $dying = connect();
    $held = $dying->channel();
    $held->basic_qos(0, 1, false);
    $seen = [];
    $held->basic_consume($queue, '', false, false, false, false, function ($m) use (&$seen) {
        $seen[] = $m->body;
    });
    wait_for_items($held, $seen, 1);
    $worker = $connection->channel();
    $worker->basic_qos(0, 1, false);
    $done = [];
    $worker->basic_consume($queue, '', false, false, false, false, function ($m) use (&$done) {
        $done[] = [$m->body, $m->isRedelivered()];
        $m->ack();
    });
    wait_for_items($worker, $done, 2);
    $dying->close();
    wait_for_items($worker, $done, 3);
    equal($done, [['task 1', false], ['task 2', false], ['task 0', true]]);
    $worker->close();
} finally {
    $connection->channel()->queue_delete($queue);
}

// Topics and headers of many kinds.
$exchange = name('topic');
$channel->exchange_declare($exchange, 'topic', false, false, true);
[$subscriber] = $channel->queue_declare('', false, false, true);
$channel->queue_bind($subscriber, $exchange, 'kern.#');
$headers = ['text' => 'Ünïcödé 🐇', 'int' => -5, 'big' => 1 << 40, 'yes' => true, 'nothing' => null,
    'list' => [1, 'two', [3]], 'table' => ['inner' => ['deep' => 'down']]];
$channel->basic_publish(new AMQPMessage('no'), $exchange, 'cron.critical');
$sent = new AMQPMessage('yes', ['application_headers' => new AMQPTable($headers), 'message_id' => 'm']);
$channel->basic_publish($sent, $exchange, 'kern.info.boot');
$channel->wait_for_pending_acks(15);
$got = $channel->basic_get($subscriber, true);
equal([$got->body, $got->getRoutingKey(), $got->get('message_id')], ['yes', 'kern.info.boot', 'm']);
equal($got->get('application_headers')->getNativeData(), $headers);
equal($channel->basic_get($subscriber, true), null);

// RPC by direct reply-to.
$server = $connection->channel();
[$questions] = $server->queue_declare('', false, false, true);
$server->basic_consume($questions, '', false, true, false, false, function ($m) use ($server) {
    $answer = new AMQPMessage(strtoupper($m->body), ['correlation_id' => $m->get('correlation_id')]);
    $server->basic_publish($answer, '', $m->get('reply_to'));
});
$client = $connection->channel();
$answers = [];
$client->basic_consume('amq.rabbitmq.reply-to', '', false, true, false, false, function ($m) use (&$answers) {
    $answers[] = [$m->get('correlation_id'), $m->body];
});
$question = new AMQPMessage('shout', ['correlation_id' => '42', 'reply_to' => 'amq.rabbitmq.reply-to']);
$client->basic_publish($question, '', $questions);
$server->wait(null, false, 15);
wait_for_items($client, $answers, 1);
equal($answers, [['42', 'SHOUT']]);

// Returns before confirms, and a body of 1 MiB.
$order = [];
$channel->set_return_listener(function ($code, $text) use (&$order) {
    $order[] = "$code $text";
});
$channel->set_ack_handler(function () use (&$order) {
    $order[] = 'ack';
});
$channel->basic_publish(new AMQPMessage('lost'), '', name('nowhere'), true);
$channel->wait_for_pending_acks_returns(15);
equal($order, ['312 NO_ROUTE', 'ack']);
$body = random_bytes(1 << 20);
$channel->basic_publish(new AMQPMessage($body), '', $subscriber);
$channel->wait_for_pending_acks(15);
equal($channel->basic_get($subscriber, true)->body === $body, true);

// Errors as php-amqplib's own exceptions.
$attempts = [
    [404, 'NOT_FOUND - no queue', fn ($c) => $c->queue_declare(name('missing'), true)],
    [406, 'inequivalent arg', fn ($c) => $c->exchange_declare('amq.direct', 'topic', false, true, false)],
    [403, "reserved prefix 'amq.*'", fn ($c) => $c->queue_declare('amq.mine')],
];
foreach ($attempts as [$code, $text, $attempt]) {
    try {
        $attempt($connection->channel());
        throw new RuntimeException("no $code");
    } catch (AMQPProtocolChannelException $e) {
        equal([$e->amqp_reply_code, str_contains($e->amqp_reply_text, $text)], [$code, true]);
    }
}
try {
    connect('wrong');
    throw new RuntimeException('a wrong password was let in');
} catch (AMQPConnectionClosedException $e) {
    equal(str_contains($e->getMessage(), 'ACCESS_REFUSED'), true);
}
$connection->close();
