# Bunny: the tutorials' work in one script. It exits with 0 only when everything held.
require 'bunny'
require 'securerandom'
require 'timeout'

URL = ARGV.fetch(0)
DEADLINE = 15

def name(kind) = "interop.bunny.#{kind}.#{SecureRandom.hex(6)}"

def equal(actual, expected)
  raise "#{actual.inspect} is not #{expected.inspect}" unless actual == expected
end

def refused(error_class, text)
  yield
  raise "no #{error_class}"
rescue error_class => e
  raise "unexpected text: #{e.message}" unless e.message.include?(text)
end

Timeout.timeout(60) do
  connection = Bunny.new(URL, heartbeat: 5, logger: Logger.new(File::NULL))
  connection.start
  equal(connection.heartbeat, 5)

  # Work queue: durable, persistent, prefetch 1, a dead worker's task goes to another one.
  publisher = connection.create_channel
  publisher.confirm_select
  queue = publisher.queue(name('tasks'), durable: true)
  begin
    3.times { |i| queue.publish("task #{i}", persistent: true) }
    equal(publisher.wait_for_confirms, true)
    equal(queue.message_count, 3)
    dying = Bunny.new(URL, logger: Logger.new(File::NULL)).start
    dying_channel = dying.create_channel
    dying_channel.prefetch(1)
    held = Queue.new
    dying_channel.queue(queue.name, durable: true).subscribe(manual_ack: true) { |_, _, body| held << body }
    equal(held.pop, 'task 0')
    worker = connection.create_channel
    worker.prefetch(1)
    done = Queue.new
    worker.queue(queue.name, durable: true).subscribe(manual_ack: true) do |delivery, properties, body|
      equal(properties.delivery_mode, 2)
      worker.ack(delivery.delivery_tag)
      done << [body, delivery.redelivered?]
    end
    equal([done.pop, done.pop], [['task 1', false], ['task 2', false]])
    dying.close
    equal(done.pop, ['task 0', true])
  ensure
    connection.create_channel.queue_delete(queue.name)
  end

  # Topics, fanout and headers, with server-named queues.
  channel = connection.create_channel
  topic = channel.topic(name('topic'), auto_delete: true)
  by_topic = channel.queue('', exclusive: true).bind(topic, routing_key: '*.critical')
  got = Queue.new
  by_topic.subscribe { |delivery, _, body| got << [delivery.routing_key, body] }
  topic.publish('no', routing_key: 'kern.info')
  topic.publish('yes', routing_key: 'kern.critical')
  equal(got.pop, ['kern.critical', 'yes'])
  fanout = channel.fanout(name('fanout'), auto_delete: true)
  subscribers = Array.new(2) { channel.queue('', exclusive: true).bind(fanout) }
  headers = channel.headers(name('headers'), auto_delete: true)
  by_header = channel.queue('', exclusive: true).bind(headers, arguments: { 'x-match' => 'any', 'a' => 1 })
  fanout.publish('to all')
  table = { 'a' => 1, 'big' => 1 << 40, 'yes' => true, 'nothing' => nil, 'nested' => { 'list' => [1, 'two', [3]] } }
  headers.publish('one 🐇', headers: table)
  subscribers.each { |q| equal(q.pop[2], 'to all') }
  _, properties, body = by_header.pop
  equal([properties.headers, body.force_encoding('UTF-8')], [table, 'one 🐇'])

  # RPC by direct reply-to.
  server = connection.create_channel
  questions = server.queue('', exclusive: true)
  questions.subscribe do |_, properties, body|
    server.default_exchange.publish(
      body.upcase, routing_key: properties.reply_to, correlation_id: properties.correlation_id
    )
  end
  client = connection.create_channel
  answers = Queue.new
  client.basic_consume('amq.rabbitmq.reply-to', '', true) { |_, properties, body| answers << [properties.correlation_id, body] }
  client.default_exchange.publish(
    'shout', routing_key: questions.name, reply_to: 'amq.rabbitmq.reply-to', correlation_id: '42'
  )
  equal(answers.pop, %w[42 SHOUT])

  # Returns, cancel notifications, large bodies.
  returned = Queue.new
  exchange = publisher.default_exchange
  exchange.on_return { |info, _, body| returned << [info.reply_code, info.reply_text, body] }
  exchange.publish('lost', routing_key: name('nowhere'), mandatory: true)
  equal(returned.pop, [312, 'NO_ROUTE', 'lost'])
  vanishing = channel.queue(name('vanishing'), exclusive: true)
  cancelled = Queue.new
  consumer = Bunny::Consumer.new(channel, vanishing, 'the tag')
  consumer.on_cancellation { |ok| cancelled << ok.consumer_tag }
  vanishing.subscribe_with(consumer)
  connection.create_channel.queue_delete(vanishing.name)
  equal(cancelled.pop, 'the tag')
  body = Random.bytes(1 << 20)
  large = publisher.queue('', exclusive: true)
  large.publish(body)
  publisher.wait_for_confirms
  equal(large.pop[2] == body, true)

  # Errors as Bunny's own exceptions.
  refused(Bunny::NotFound, 'NOT_FOUND - no queue') { connection.create_channel.queue(name('missing'), passive: true) }
  refused(Bunny::PreconditionFailed, 'inequivalent arg') { connection.create_channel.direct(topic.name) }
  refused(Bunny::AccessRefused, "reserved prefix 'amq.*'") { connection.create_channel.queue('amq.mine') }
  other = Bunny.new(URL, logger: Logger.new(File::NULL)).start
  refused(Bunny::ResourceLocked, 'RESOURCE_LOCKED') { other.create_channel.queue(large.name, passive: true) }
  other.close
  wrong = URL.sub('guest:guest', 'guest:wrong')
  begin
    Bunny.new(wrong, logger: Logger.new(File::NULL), recover_from_connection_close: false).start
    raise 'a wrong password was let in'
  rescue Bunny::AuthenticationFailureError => e
    equal(e.message.include?('guest'), true)
  end
  connection.close
end
