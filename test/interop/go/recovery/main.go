// amqp091-go leaves recovery to the program, which is told by NotifyClose: its connection is closed over the HTTP API, and it dials again, as the
// client's documentation shows. It exits with 0 only when everything held.
package main

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"strings"
	"time"

	amqp "github.com/rabbitmq/amqp091-go"
)

const deadline = 15 * time.Second

func must(err error) {
	if err != nil {
		panic(err)
	}
}

func get[T any](value T, err error) T {
	must(err)
	return value
}

func receive[T any](from <-chan T) T {
	select {
	case value := <-from:
		return value
	case <-time.After(deadline):
		panic("nothing arrived")
	}
}

func ask(method, address, reason string) *http.Response {
	request := get(http.NewRequest(method, address, nil))
	request.SetBasicAuth("guest", "guest")
	request.Header.Set("X-Reason", reason)
	return get(http.DefaultClient.Do(request))
}

// The only connection that there is.
func closeByAPI(api string) {
	response := ask("GET", api+"/api/connections", "")
	defer response.Body.Close()
	var connections []struct{ Name string }
	must(json.NewDecoder(response.Body).Decode(&connections))
	closed := ask("DELETE", api+"/api/connections/"+url.PathEscape(connections[0].Name), "closed for the test")
	if closed.StatusCode != 204 {
		panic(closed.Status)
	}
}

func main() {
	address, api := os.Args[1], strings.TrimSuffix(os.Args[2], "/")
	queue := fmt.Sprint("interop.go.recovery.", time.Now().UnixNano())
	for round := 0; round < 3; round++ {
		connection := get(amqp.Dial(address))
		lost := connection.NotifyClose(make(chan *amqp.Error, 1))
		ch := get(connection.Channel())
		get(ch.QueueDeclare(queue, true, false, false, false, nil))
		must(ch.Confirm(false))
		confirmations := ch.NotifyPublish(make(chan amqp.Confirmation, 1))
		body := fmt.Sprint("message ", round)
		publishing := amqp.Publishing{Body: []byte(body), DeliveryMode: amqp.Persistent}
		must(ch.PublishWithContext(context.Background(), "", queue, true, false, publishing))
		receive(confirmations)
		delivery := receive(get(ch.Consume(queue, "", false, false, false, false, nil)))
		// What was not acknowledged as the connection was closed comes again.
		expected := body
		if round > 0 {
			expected = fmt.Sprint("message ", round-1)
			must(delivery.Ack(false))
		}
		if string(delivery.Body) != expected || delivery.Redelivered != (round > 0) {
			panic(fmt.Sprintf("%q, redelivered: %v", delivery.Body, delivery.Redelivered))
		}
		closeByAPI(api)
		reason := receive(lost)
		if reason.Code != amqp.ConnectionForced || !reason.Server || !strings.Contains(reason.Reason, "closed for the test") {
			panic(reason)
		}
	}
	last := get(amqp.Dial(address))
	get(get(last.Channel()).QueueDelete(queue, false, false, false))
	must(last.Close())
}
