/** What RabbitMQ's diagnostics show and this broker has not, each with where else to look. */
import type { Command } from '../command.ts';
import { without } from '../tool.ts';

const GROUPS: Readonly<Record<string, readonly string[]>> = {
  'it shows the inside of Erlang, and this broker is not written in it': [
    'command_line_arguments',
    'erlang_cookie_hash',
    'erlang_cookie_sources',
    'maybe_stuck',
    'observer',
    'remote_shell',
    'resolver_info',
    'runtime_thread_stats',
    'schema_info',
  ],
  "the settings that the broker runs with are shown by 'rabbitmqctl environment'": ['os_env'],
  "the system tells the interfaces of its network, and 'rabbitmq-diagnostics listeners' those that the broker listens on":
    ['list_network_interfaces'],
  'the log goes to standard output: docker logs, or journalctl, shows it': ['log_tail', 'log_tail_stream'],
  'a broker is one node here, and looks for no others': ['discover_peers'],
  'what changes is told at /api/events of the HTTP API': ['consume_event_stream'],
  'logins are counted by protocol alone': [
    'disable_auth_attempt_source_tracking',
    'enable_auth_attempt_source_tracking',
  ],
};

export const notHere: readonly Command[] = Object.entries(GROUPS).flatMap(([why, names]) =>
  names.map((name) => without(name, '', 'Monitoring, observability and health checks', `Is refused: ${why}`, why)),
);
