# The broker in a container: `docker build -t leveret .`, or through docker-compose.yml.

FROM node:24-slim AS dependencies
WORKDIR /opt/leveret
COPY package.json package-lock.json ./
RUN npm ci

FROM dependencies AS build
COPY tsconfig.json tsconfig.build.json ./
COPY scripts/bundle.ts scripts/
COPY src src
# better-sqlite3 brings SQLite's sources, which only a compiler needs.
RUN npm run build && npm prune --omit=dev && rm -r node_modules/better-sqlite3/deps node_modules/better-sqlite3/src

# The producer and the consumer of docker-compose.yml's demo profile.
FROM dependencies AS demo
COPY docker/demo docker/demo
USER node

FROM node:24-slim
# RabbitMQ's user number. Group 0 may write, so that a platform that picks its own user numbers works too.
RUN useradd --system --uid 999 --gid 0 --home-dir /var/lib/leveret --shell /usr/sbin/nologin leveret \
  && install --directory --owner=leveret --group=0 --mode=0770 /var/lib/leveret \
  && ln -s /opt/leveret/bin/leveret.js /usr/local/bin/leveret
WORKDIR /opt/leveret
COPY package.json LICENSE ./
COPY bin bin
COPY --from=build /opt/leveret/node_modules node_modules
COPY --from=build /opt/leveret/dist dist
# The image's own settings are a file, the weakest source: any variable, any argument and any file mounted here wins.
COPY docker/leveret.json /etc/leveret/leveret.json
# Two heaps of the C library for all threads, not eight a core: 10 MB less where there are very many queues.
ENV MALLOC_ARENA_MAX=2
ENV NODE_ENV=production LEVERET_CONFIG=/etc/leveret/leveret.json NODE_COMPILE_CACHE=/var/cache/leveret
RUN install --directory --owner=leveret --group=0 --mode=0770 /var/cache/leveret
USER 999:0
# Starts the broker once: an image that does not work is not built, and the compiled code is kept for faster starts.
RUN timeout --preserve-status 5 leveret --host 127.0.0.1 --port 0 --data-dir /tmp/first-start \
  && rm -r /tmp/first-start
WORKDIR /var/lib/leveret
VOLUME /var/lib/leveret
EXPOSE 5672
# --start-interval, which has a start reported healthy after a second, is known since Docker 25.
HEALTHCHECK --interval=10s --timeout=6s --start-period=10s --start-interval=1s CMD ["leveret", "ping"]
ENTRYPOINT ["leveret"]
