// amqp091-go over TLS, by the authority that is given and with the certificate that is given, if any. It publishes, gets, and exits with 0; if
// it is not let in, or does not want to, it says why.
package main

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"os"

	amqp "github.com/rabbitmq/amqp091-go"
)

func must(err error) {
	if err != nil {
		fmt.Println(err)
		os.Exit(1)
	}
}

func get[T any](value T, err error) T {
	must(err)
	return value
}

func main() {
	address, authority, files := os.Args[1], os.Args[2], os.Args[3:]
	trusted := x509.NewCertPool()
	trusted.AppendCertsFromPEM(get(os.ReadFile(authority)))
	config := tls.Config{RootCAs: trusted}
	if len(files) == 2 {
		config.Certificates = []tls.Certificate{get(tls.LoadX509KeyPair(files[0], files[1]))}
	}
	connection := get(amqp.DialTLS(address, &config))
	channel := get(connection.Channel())
	must(channel.Confirm(false))
	confirmations := channel.NotifyPublish(make(chan amqp.Confirmation, 3))
	queue := get(channel.QueueDeclare("", false, false, true, false, nil)).Name
	for _, size := range []int{0, 10, 200_000} {
		body := bytes.Repeat([]byte{'x'}, size)
		must(channel.PublishWithContext(context.Background(), "", queue, true, false, amqp.Publishing{Body: body}))
		if confirmation := <-confirmations; !confirmation.Ack {
			panic("not confirmed")
		}
		message, found, err := channel.Get(queue, true)
		must(err)
		if !found || !bytes.Equal(message.Body, body) {
			panic("not what was published")
		}
	}
	must(connection.Close())
}
