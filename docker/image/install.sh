#!/bin/sh
# Makes of Debian with Node the image's root folder, but for Leveret itself, which is copied to /opt/leveret before. The Dockerfile runs it,
# and so does test/compose, which has no engine.
set -eu

# curl and nc are in the health checks of many compose files; RabbitMQ's image has neither, and those checks fail.
apt-get update -qq
DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends ca-certificates curl gosu netcat-openbsd tzdata
rm -rf /var/lib/apt/lists/*

# RabbitMQ's user and numbers.
groupadd --system --gid 999 rabbitmq
useradd --system --uid 999 --gid rabbitmq --home-dir /var/lib/rabbitmq --no-create-home --shell /bin/sh rabbitmq
# Everyone may write, because a platform may run the container as any user.
for folder in /etc/rabbitmq /etc/rabbitmq/conf.d /var/lib/rabbitmq /var/lib/rabbitmq/mnesia /var/lib/leveret /var/log/rabbitmq; do
  install --directory --owner=rabbitmq --group=rabbitmq --mode=1777 "$folder"
done
install --directory --owner=rabbitmq --group=rabbitmq --mode=1777 /var/cache/leveret
mkdir -p /docker-entrypoint-initdb.d /opt/rabbitmq/plugins

ln -s /opt/leveret/bin/leveret.js /usr/local/bin/leveret
# Where scripts look for the commands, and Dockerfiles put plugins.
ln -s /opt/leveret/bin/rabbitmq /opt/rabbitmq/sbin
ln -s /opt/rabbitmq/plugins /plugins
ln -s /var/lib/rabbitmq/.erlang.cookie /root/.erlang.cookie
install --owner=rabbitmq --group=rabbitmq --mode=0644 \
  /opt/leveret/docker/image/10-defaults.conf /etc/rabbitmq/conf.d/10-defaults.conf
install --owner=rabbitmq --group=rabbitmq --mode=0644 \
  /opt/leveret/docker/image/enabled_plugins /etc/rabbitmq/enabled_plugins
ln -s /opt/leveret/docker/image/docker-entrypoint.sh /usr/local/bin/docker-entrypoint.sh
