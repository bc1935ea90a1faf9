# Bunny's recovery: its connection is closed over the HTTP API, as its own tests do it, and all that was declared by it is there again, and goes on. It exits
# with 0 only when everything held.
require 'bunny'
require 'erb'
require 'json'
require 'net/http'
require 'securerandom'
require 'timeout'

URL, API = ARGV.fetch(0), URI(ARGV.fetch(1))
NAME = "interop.bunny.#{SecureRandom.hex(6)}"

def equal(actual, expected)
  raise "#{actual.inspect} is not #{expected.inspect}" unless actual == expected
end

def ask(request, reason = nil)
  request.basic_auth('guest', 'guest')
  request['X-Reason'] = reason if reason
  Net::HTTP.start(API.host, API.port) { |http| http.request(request) }
end

# By the name that the client gave it. The API has it as soon as it is open.
def close_by_api
  connections = JSON.parse(ask(Net::HTTP::Get.new('/api/connections')).body)
  mine = connections.find { |connection| connection['user_provided_name'] == NAME }
  path = "/api/connections/#{ERB::Util.url_encode(mine.fetch('name'))}"
  equal(ask(Net::HTTP::Delete.new(path), 'closed for the test').code, '204')
end

Timeout.timeout(60) do
  connection = Bunny.new(URL, connection_name: NAME, network_recovery_interval: 0.1, logger: Logger.new(File::NULL))
  connection.start
  recovered = Queue.new
  connection.after_recovery_completed { recovered << true } if connection.respond_to?(:after_recovery_completed)
  channel = connection.create_channel
  channel.prefetch(7)
  channel.confirm_select
  exchange = channel.topic(NAME, auto_delete: true)
  inner = channel.fanout("#{NAME}.inner", auto_delete: true)
  inner.bind(exchange, routing_key: 'a.#')
  own = channel.queue('', exclusive: true)
  own.bind(inner)
  named = channel.queue(NAME, exclusive: true, arguments: { 'x-max-length' => 10 })
  named.bind(exchange, routing_key: 'a.*')
  got = Queue.new
  own.subscribe { |_, _, body| got << "own #{body}" }
  named.subscribe(manual_ack: true) do |delivery, _, body|
    channel.ack(delivery.delivery_tag)
    got << "named #{body}"
  end

  3.times do |round|
    # The consumers' thread is there again after the channel is.
    begin
      exchange.publish(round.to_s, routing_key: 'a.b')
      equal(channel.wait_for_confirms, true)
    rescue Bunny::ConnectionClosedError, Bunny::NetworkFailure, Bunny::ConnectionAlreadyClosed
      sleep 0.05
      retry
    end
    equal([got.pop, got.pop].sort, ["named #{round}", "own #{round}"])
    next if round == 2

    close_by_api
    if connection.respond_to?(:after_recovery_completed) then recovered.pop
    else
      sleep 0.05 until connection.closed? || !connection.open?
      sleep 0.05 until connection.open? && channel.open?
    end
  end
  connection.close
end
