// amqp091-go: the tutorials' work in one program. It exits with 0 only when everything held.
package main

import (
	"bytes"
	"context"
	"crypto/rand"
	"fmt"
	"net/url"
	"os"
	"reflect"
	"strings"
	"time"

	amqp "github.com/rabbitmq/amqp091-go"
)

const deadline = 15 * time.Second

func name(kind string) string {
	random := make([]byte, 6)
	_, err := rand.Read(random)
	must(err)
	return fmt.Sprintf("interop.go.%s.%x", kind, random)
}

func must(err error) {
	if err != nil {
		panic(err)
	}
}

func get[T any](value T, err error) T {
	must(err)
	return value
}

func equal(actual, expected any) {
	if !reflect.DeepEqual(actual, expected) {
		panic(fmt.Sprintf("%#v is not %#v", actual, expected))
	}
}

func receive[T any](from <-chan T) T {
	select {
	case value, open := <-from:
		if !open {
			panic("the channel was closed")
		}
		return value
	case <-time.After(deadline):
		panic("nothing arrived")
	}
}

func publish(ch *amqp.Channel, exchange, key string, mandatory bool, message amqp.Publishing) {
	must(ch.PublishWithContext(context.Background(), exchange, key, mandatory, false, message))
}

func text(body string) amqp.Publishing { return amqp.Publishing{Body: []byte(body)} }

func exclusive(ch *amqp.Channel) string {
	return get(ch.QueueDeclare("", false, false, true, false, nil)).Name
}

func main() {
	address := os.Args[1]
	connection := get(amqp.DialConfig(address, amqp.Config{Heartbeat: 5 * time.Second}))
	equal(connection.Config.Heartbeat, 5*time.Second)
	workQueue(address, connection)
	routing(connection)
	rpc(connection)
	confirmsAndReturns(connection)
	contents(connection)
	failures(address, connection)
	must(connection.Close())
}

func workQueue(address string, connection *amqp.Connection) {
	ch := get(connection.Channel())
	must(ch.Confirm(false))
	// Not by deferred confirmations: before 1.8 the client registers them after it has sent the message, and misses a
	// confirm that comes sooner (amqp091-go issue 182).
	confirmations := ch.NotifyPublish(make(chan amqp.Confirmation, 3))
	queue := get(ch.QueueDeclare(name("tasks"), true, false, false, false, nil)).Name
	defer func() { get(get(connection.Channel()).QueueDelete(queue, false, false, false)) }()
	for i := 0; i < 3; i++ {
		task := text(fmt.Sprint("task ", i))
		task.DeliveryMode = amqp.Persistent
		publish(ch, "", queue, true, task)
		equal(receive(confirmations), amqp.Confirmation{DeliveryTag: uint64(i + 1), Ack: true})
	}
	equal(get(ch.QueueInspect(queue)).Messages, 3)
	dying := get(amqp.Dial(address))
	held := get(dying.Channel())
	must(held.Qos(1, 0, false))
	equal(string(receive(get(held.Consume(queue, "", false, false, false, false, nil))).Body), "task 0")
	worker := get(connection.Channel())
	must(worker.Qos(1, 0, false))
	tasks := get(worker.Consume(queue, "", false, false, false, false, nil))
	for _, expected := range []string{"task 1 false", "task 2 false", "task 0 true"} {
		if expected == "task 0 true" {
			must(dying.Close())
		}
		task := receive(tasks)
		equal(fmt.Sprint(string(task.Body), " ", task.Redelivered), expected)
		must(task.Ack(false))
	}
	must(worker.Close())
}

func routing(connection *amqp.Connection) {
	ch := get(connection.Channel())
	for _, row := range []struct {
		kind, binding, key string
		arguments, headers amqp.Table
		arrives            bool
	}{
		{"direct", "error", "error", nil, nil, true},
		{"direct", "error", "info", nil, nil, false},
		{"fanout", "", "anything", nil, nil, true},
		{"topic", "kern.#", "kern.info.boot", nil, nil, true},
		{"topic", "*.critical", "kern.core.critical", nil, nil, false},
		{"headers", "", "", amqp.Table{"x-match": "all", "a": int32(1)}, amqp.Table{"a": int32(1), "b": "c"}, true},
		{"headers", "", "", amqp.Table{"x-match": "any", "a": int32(1)}, amqp.Table{"b": "c"}, false},
	} {
		exchange, queue := name(row.kind), exclusive(ch)
		must(ch.ExchangeDeclare(exchange, row.kind, false, true, false, false, nil))
		must(ch.QueueBind(queue, row.binding, exchange, false, row.arguments))
		publish(ch, exchange, row.key, false, amqp.Publishing{Headers: row.headers, Body: []byte("x")})
		// Whether it arrives shows by what comes first: this message or the one published behind it.
		publish(ch, "", queue, false, text("behind"))
		message := receive(get(ch.Consume(queue, "", true, false, false, false, nil)))
		equal(string(message.Body) == "x", row.arrives)
		must(ch.ExchangeDelete(exchange, false, false))
	}
}

func rpc(connection *amqp.Connection) {
	server := get(connection.Channel())
	queue := exclusive(server)
	questions := get(server.Consume(queue, "", true, false, false, false, nil))
	go func() {
		for question := range questions {
			answer := text(strings.ToUpper(string(question.Body)))
			answer.CorrelationId = question.CorrelationId
			publish(server, "", question.ReplyTo, false, answer)
		}
	}()
	client := get(connection.Channel())
	answers := get(client.Consume("amq.rabbitmq.reply-to", "", true, false, false, false, nil))
	question := text("shout")
	question.ReplyTo, question.CorrelationId = "amq.rabbitmq.reply-to", "42"
	publish(client, "", queue, false, question)
	answer := receive(answers)
	equal([]string{answer.CorrelationId, string(answer.Body)}, []string{"42", "SHOUT"})
}

func confirmsAndReturns(connection *amqp.Connection) {
	const count = 1000
	ch := get(connection.Channel())
	must(ch.Confirm(false))
	confirmations := ch.NotifyPublish(make(chan amqp.Confirmation, count+1))
	returns := ch.NotifyReturn(make(chan amqp.Return, 1))
	queue := exclusive(ch)
	for i := 1; i <= count; i++ {
		publish(ch, "", queue, false, text(fmt.Sprint(i)))
	}
	publish(ch, "", name("nowhere"), true, text("lost"))
	for i := uint64(1); i <= count+1; i++ {
		equal(receive(confirmations), amqp.Confirmation{DeliveryTag: i, Ack: true})
	}
	returned := receive(returns)
	equal([]any{returned.ReplyCode, returned.ReplyText}, []any{uint16(312), "NO_ROUTE"})
	messages := get(ch.Consume(queue, "", false, false, false, false, nil))
	for i := 1; i <= count; i++ {
		message := receive(messages)
		equal(string(message.Body), fmt.Sprint(i))
		if i%100 == 0 {
			must(message.Ack(true))
		}
	}
	cancelled := ch.NotifyCancel(make(chan string, 1))
	get(get(connection.Channel()).QueueDelete(queue, false, false, false))
	receive(cancelled)

	transacted := get(connection.Channel())
	must(transacted.Tx())
	queue = exclusive(transacted)
	publish(transacted, "", queue, false, text("never"))
	must(transacted.TxRollback())
	publish(transacted, "", queue, false, text("committed"))
	must(transacted.TxCommit())
	message, found, err := transacted.Get(queue, true)
	must(err)
	equal([]any{string(message.Body), found}, []any{"committed", true})
}

func contents(connection *amqp.Connection) {
	ch := get(connection.Channel())
	queue := exclusive(ch)
	body := make([]byte, 20<<20)
	get(rand.Read(body))
	sent := amqp.Publishing{
		ContentType: "a/b", ContentEncoding: "c", DeliveryMode: 2, Priority: 9, CorrelationId: "d", ReplyTo: "e",
		Expiration: "60000", MessageId: "f", Timestamp: time.Unix(1_700_000_000, 0), Type: "g", UserId: "guest", AppId: "h",
		Headers: amqp.Table{
			"ключ": "🐇", "yes": true, "nothing": nil, "byte": byte(200), "int8": int8(-8), "int16": int16(-16),
			"int32": int32(-32), "int64": int64(-1 << 62), "float": float32(0.5), "double": 1.25,
			"binary": []byte{0, 255}, "date": time.Unix(1_700_000_000, 0),
			"decimal": amqp.Decimal{Scale: 2, Value: 314}, "list": []any{"a", int32(1), []any{true}},
			"table": amqp.Table{"inner": amqp.Table{"deep": "down"}},
		},
		Body: body,
	}
	publish(ch, "", queue, false, sent)
	message := receive(get(ch.Consume(queue, "", true, false, false, false, nil)))
	equal(bytes.Equal(message.Body, body), true)
	for key, value := range sent.Headers {
		equal([]any{key, message.Headers[key]}, []any{key, value})
	}
	equal(len(message.Headers), len(sent.Headers))
	equal([]any{message.ContentType, message.ContentEncoding, message.DeliveryMode, message.Priority, message.UserId},
		[]any{sent.ContentType, sent.ContentEncoding, sent.DeliveryMode, sent.Priority, sent.UserId})
	equal([]any{message.CorrelationId, message.ReplyTo, message.Expiration, message.MessageId, message.Timestamp},
		[]any{sent.CorrelationId, sent.ReplyTo, sent.Expiration, sent.MessageId, sent.Timestamp})
	equal([]any{message.Type, message.AppId}, []any{sent.Type, sent.AppId})
}

func failures(address string, connection *amqp.Connection) {
	owned := exclusive(get(get(amqp.Dial(address)).Channel()))
	for _, row := range []struct {
		code    int
		text    string
		attempt func(ch *amqp.Channel) error
	}{
		{404, "NOT_FOUND - no queue", func(ch *amqp.Channel) error { _, err := ch.QueueInspect(name("missing")); return err }},
		{405, "RESOURCE_LOCKED", func(ch *amqp.Channel) error { _, err := ch.QueuePurge(owned, false); return err }},
		{406, "inequivalent arg", func(ch *amqp.Channel) error {
			return ch.ExchangeDeclare("amq.direct", "topic", true, false, false, false, nil)
		}},
		{403, "ACCESS_REFUSED", func(ch *amqp.Channel) error { return ch.ExchangeDelete("amq.topic", false, false) }},
	} {
		ch := get(connection.Channel())
		closed := ch.NotifyClose(make(chan *amqp.Error, 1))
		err, ok := row.attempt(ch).(*amqp.Error)
		equal([]any{ok, err.Code, strings.Contains(err.Reason, row.text)}, []any{true, row.code, true})
		equal(receive(closed).Code, row.code)
	}
	wrong := get(url.Parse(address))
	wrong.User = url.UserPassword("guest", "wrong")
	_, err := amqp.Dial(wrong.String())
	equal(err, error(amqp.ErrCredentials))
}
