#!/usr/bin/env bash
# Starts the broker on a folder that goes again, and asks it what health checks ask. Fails if one of them fails.
set -euo pipefail
export LEVERET_DATA_DIR=/tmp/first-start
leveret --host 127.0.0.1 --management-port 0 --prometheus-port 0 --pid-file none &
broker=$!
rabbitmqctl --timeout 30 wait --pid "$broker"
leveret ping
rabbitmq-diagnostics -q ping
rabbitmq-diagnostics -q check_running
rabbitmq-diagnostics -q check_port_connectivity
rabbitmqctl status >/dev/null
kill "$broker"
wait "$broker"
rm -r "$LEVERET_DATA_DIR"
