#!/usr/bin/env bash
# What RabbitMQ's image does before any command: the broker and its commands run as the user rabbitmq, everything else as who runs the container.
set -euo pipefail

# Options alone are the broker's.
if [ $# = 0 ] || [ "${1#-}" != "$1" ]; then set -- rabbitmq-server "$@"; fi

# A broker for tests, with its control port, for who maps the two ports.
if [ "$1" = test ]; then
  shift
  set -- leveret test --host 0.0.0.0 --port 5672 --control-host 0.0.0.0 --control-port 15680 "$@"
fi

if [[ "$1" == rabbitmq* || "$1" == leveret ]] && [ "$(id -u)" = 0 ]; then
  # A volume may be another user's. What cannot be changed, such as a file mounted read-only, is left as it is.
  for data in /var/lib/rabbitmq /var/lib/leveret /bitnami; do
    if [ -d "$data" ]; then find "$data" ! -user rabbitmq -exec chown rabbitmq '{}' + 2>/dev/null || true; fi
  done
  exec gosu rabbitmq "${BASH_SOURCE[0]}" "$@"
fi

# Leveret asks for no cookie. Scripts and other containers that look for the file find it.
cookie=$HOME/.erlang.cookie
if [ ! -e "$cookie" ]; then
  secret=${RABBITMQ_ERLANG_COOKIE:-${RABBITMQ_ERL_COOKIE:-}}
  if [ -n "${RABBITMQ_ERLANG_COOKIE_FILE:-}" ]; then secret=$(cat "$RABBITMQ_ERLANG_COOKIE_FILE" || true); fi
  if [ -z "$secret" ]; then secret=$(head -c 15 /dev/urandom | base32 | tr -d '\n='); fi
  (umask 377 && printf %s "$secret" >"$cookie") 2>/dev/null || true
fi

exec "$@"
