# syntax=docker/dockerfile:1
# The broker in a container, in place of RabbitMQ's image: `docker build -t leveret .`, or through docker-compose.yml.

FROM node:24-bookworm-slim AS dependencies
WORKDIR /opt/leveret
COPY package.json package-lock.json ./
RUN npm ci

FROM dependencies AS build
COPY scripts/bundle.ts scripts/chunks.ts scripts/page.ts scripts/
COPY web web
COPY tsconfig.json ./
COPY spec spec
COPY src src
# better-sqlite3 brings SQLite's sources, which only a compiler needs.
RUN node scripts/bundle.ts && npm prune --omit=dev && rm -r node_modules/better-sqlite3/deps node_modules/better-sqlite3/src

# The producer and the consumer of docker-compose.yml's demo profile.
FROM dependencies AS demo
COPY docker/demo docker/demo
USER node

FROM node:24-bookworm-slim
COPY docker/image /opt/leveret/docker/image
RUN /opt/leveret/docker/image/install.sh
COPY package.json LICENSE /opt/leveret/
COPY bin /opt/leveret/bin
COPY --from=build /opt/leveret/node_modules /opt/leveret/node_modules
COPY --from=build /opt/leveret/dist /opt/leveret/dist
# Two heaps of the C library for all threads, not eight a core: 10 MB less where there are very many queues.
ENV MALLOC_ARENA_MAX=2
ENV NODE_ENV=production NODE_COMPILE_CACHE=/var/cache/leveret
# Has the broker read /etc/rabbitmq, and keep its data where a volume is mounted for them.
ENV LEVERET_IMAGE=true HOME=/var/lib/rabbitmq PATH=/opt/rabbitmq/sbin:$PATH LANG=C.UTF-8
# Starts the broker once, and asks it what health checks ask: an image that does not work is not built, and the compiled code is kept for faster
# starts and checks.
RUN gosu rabbitmq /opt/leveret/docker/image/first-start.sh
WORKDIR /var/lib/rabbitmq
# No volume on /var/lib/rabbitmq: one that is there was mounted by somebody, and then has the data.
VOLUME /var/lib/leveret
EXPOSE 5671 5672 15671 15672 15691 15692
# --start-interval has a start reported healthy after a second. Docker 23 and 24 build it by the syntax named above, and look every ten seconds.
HEALTHCHECK --interval=10s --timeout=6s --start-period=10s --start-interval=1s CMD ["leveret", "ping"]
# As root, as RabbitMQ's image, so that a Dockerfile made from this one may install things; the entrypoint gives root up.
ENTRYPOINT ["docker-entrypoint.sh"]
CMD ["rabbitmq-server"]
