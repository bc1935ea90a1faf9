/** The options of what a broker listens on, without TLS: rows of the one table in options.ts. */
import type { ListenerConfig } from './listener-config.ts';
import type { OptionRows } from './option.ts';
import { fileMode, integer, names, text, unless, urlPath } from './option-types.ts';

const PORT = integer(0, 65535);
const ADDRESS = text('address', 255);
/** The most octets that the address of a Unix socket has, on any system. */
const LONGEST_SOCKET_PATH = 103;

export const LISTENER_ROWS: OptionRows<keyof ListenerConfig> = {
  port: {
    flag: '--port',
    env: 'LEVERET_PORT',
    rabbitmqEnv: ['RABBITMQ_NODE_PORT', 'RABBITMQ_NODE_PORT_NUMBER'],
    type: unless('none', PORT),
    default: 5672,
    unit: '',
    description: 'TCP port for AMQP; 0 takes any free port, none is for TLS alone',
    rabbitmq: 'listeners.tcp.*',
  },
  host: {
    flag: '--host',
    env: 'LEVERET_HOST',
    rabbitmqEnv: ['RABBITMQ_NODE_IP_ADDRESS'],
    type: ADDRESS,
    default: '::',
    unit: '',
    description: 'Address to listen on; :: means every address, IPv4 included',
    rabbitmq: 'listeners.tcp.*',
  },
  unixSocket: {
    flag: '--unix-socket',
    env: 'LEVERET_UNIX_SOCKET',
    type: unless('none', text('path', LONGEST_SOCKET_PATH)),
    default: undefined,
    unit: '',
    description: 'Path of a Unix socket for AMQP, beside the ports; none is for none',
    rabbitmq: 'listeners.tcp.*',
  },
  unixSocketMode: {
    flag: '--unix-socket-mode',
    env: 'LEVERET_UNIX_SOCKET_MODE',
    type: fileMode(),
    default: 0o660,
    unit: '',
    description: 'Mode of its file in octal: who of the machine may use it',
    rabbitmq: '',
  },
  managementPort: {
    flag: '--management-port',
    env: 'LEVERET_MANAGEMENT_PORT',
    rabbitmqEnv: ['RABBITMQ_MANAGEMENT_PORT_NUMBER', 'RABBITMQ_MANAGER_PORT_NUMBER'],
    type: unless('none', PORT),
    default: 15672,
    unit: '',
    description: 'TCP port for the HTTP API and the web page; 0 takes any free port, none is for neither',
    rabbitmq: 'management.tcp.port',
  },
  managementHost: {
    flag: '--management-host',
    env: 'LEVERET_MANAGEMENT_HOST',
    rabbitmqEnv: ['RABBITMQ_MANAGEMENT_BIND_IP', 'RABBITMQ_MANAGER_BIND_IP'],
    type: unless('same', ADDRESS),
    default: undefined,
    unit: '',
    description: 'Address to listen on for them; same is that of --host',
    rabbitmq: 'management.tcp.ip',
  },
  managementCorsOrigins: {
    flag: '--management-cors-origins',
    env: 'LEVERET_MANAGEMENT_CORS_ORIGINS',
    type: names(),
    default: Object.freeze([]),
    unit: '',
    description:
      'Origins whose pages may use the HTTP API and AMQP over WebSocket, separated by commas; * is all of them, none is none',
    rabbitmq: 'management.cors.allow_origins.*',
  },
  websocketPath: {
    flag: '--websocket-path',
    env: 'LEVERET_WEBSOCKET_PATH',
    type: unless('none', urlPath()),
    default: '/ws/amqp',
    unit: '',
    description: 'Path of AMQP over WebSocket on the ports of the HTTP API; none is for none',
    rabbitmq: '',
  },
  prometheusPort: {
    flag: '--prometheus-port',
    env: 'LEVERET_PROMETHEUS_PORT',
    type: unless('none', PORT),
    default: 15692,
    unit: '',
    description: 'TCP port for the metrics that Prometheus scrapes; 0 takes any free port, none is for none',
    rabbitmq: 'prometheus.tcp.port',
  },
  prometheusHost: {
    flag: '--prometheus-host',
    env: 'LEVERET_PROMETHEUS_HOST',
    type: unless('same', ADDRESS),
    default: undefined,
    unit: '',
    description: 'Address to listen on for it; same is that of --host',
    rabbitmq: 'prometheus.tcp.ip',
  },
};
