/** What the broker is and has: reports, which end with 0 whatever they say. */
import { EXIT } from '../../exit-codes.ts';
import type { Command } from '../command.ts';
import { CommandError } from '../command-error.ts';
import { message } from '../output/output.ts';
import { alarmsOf, listenerRow, listenerText, nodeOf, overviewOf } from '../rabbitmqctl/facts.ts';
import { memoryLines } from '../rabbitmqctl/memory.ts';
import { stateOf } from '../rabbitmqctl/startup.ts';
import { memoryOf, unitOf } from '../rabbitmqctl/status.ts';
import { UnreachableError } from '../exchange.ts';
import { notRunningText, runningText } from './checks.ts';

const group = 'Monitoring, observability and health checks';

export const reports: readonly Command[] = [
  {
    name: 'alarms',
    group,
    description: 'Lists resource alarms in effect',
    banner: ({ node }) => `Asking node ${node} to report any known resource alarms ...`,
    run: async ({ api, node }) => {
      const alarms = alarmsOf(await nodeOf(api));
      const json = { alarms, node, result: 'ok' };
      if (alarms.length === 0) return { text: `Node ${node} reported no alarms, local or clusterwide`, json };
      return { text: alarms.join('\n'), json: { ...json, local: alarms, global: alarms } };
    },
  },
  {
    name: 'erlang_version',
    options: [{ name: 'details' }, { name: 'offline' }],
    group,
    description: 'Displays the version of Node.js that the broker runs on',
    banner: ({ node }) => `Asking node ${node} for its Erlang/OTP version...`,
    run: async (call) => {
      const { erlang_version: version, erlang_full_version: details } = await overviewOf(call.api);
      return call.flag('details') ? details : `Node.js ${version}`;
    },
  },
  {
    name: 'is_booting',
    group,
    description: 'Tells if the broker is still starting',
    banner: ({ node }) => `Asking node ${node} for its boot status ...`,
    run: async (call) => {
      // Until it has started it answers nobody.
      if ((await stateOf(call)) === 'unreachable') throw new UnreachableError('the control socket');
      const text = `RabbitMQ on node ${call.node} is fully booted (check with is_running), stopped or has not started booting yet`;
      return message(text, { result: false });
    },
  },
  {
    name: 'is_running',
    group,
    description: 'Tells if the broker is running',
    banner: ({ node }) => `Asking node ${node} for its status ...`,
    run: async (call) => {
      const state = await stateOf(call);
      if (state === 'unreachable') throw new UnreachableError('the control socket');
      const runs = state === 'running';
      return message(runs ? runningText(call) : notRunningText(call), { result: runs });
    },
  },
  {
    name: 'listeners',
    group,
    description: 'Lists active listeners, bound to interface:port and protocol',
    banner: ({ node }) => `Asking node ${node} to report its protocol listeners ...`,
    run: async ({ api, node }) => {
      const { listeners } = await overviewOf(api);
      const rows = listeners.map((listener) => listenerRow(node, listener));
      return { text: rows.map(listenerText).join('\n'), json: { result: 'ok', node, listeners: rows } };
    },
  },
  {
    name: 'log_location',
    options: [{ name: 'all', short: 'a' }],
    group,
    description: 'Shows where the broker logs to',
    banner: ({ node }) => `Log file location(s) on node ${node} ...`,
    run: async ({ api }) => (await nodeOf(api)).log_files.join('\n'),
  },
  {
    name: 'memory_breakdown',
    options: [{ name: 'unit', value: '<unit>' }],
    group,
    description: 'Provides a memory usage breakdown on the target node',
    banner: ({ node }) => `Reporting memory breakdown on node ${node}...`,
    run: async (call) => {
      const unit = unitOf(call);
      const { name } = await nodeOf(call.api);
      const memory = await memoryOf(call.api, name);
      return { text: `${memoryLines(memory, unit, '').join('\n')}\n`, json: memory };
    },
  },
  {
    name: 'resolve_hostname',
    words: '<hostname>',
    options: [{ name: 'address-family', value: '<ipv4 | ipv6>' }, { name: 'offline' }],
    group: 'Configuration and Environment',
    description: 'Resolves a name of a host to its addresses, on this machine',
    banner: ({ words: [name], node }) => `Asking node ${node} to resolve hostname ${name} to IPv4 addresses...`,
    run: async ({ words: [name], option }) => {
      const family = (option('address-family') ?? 'ipv4').toLowerCase();
      if (family !== 'ipv4' && family !== 'ipv6') {
        throw new CommandError(EXIT.data, `Address family ${family} is not supported: use ipv4 or ipv6`);
      }
      const { lookup } = await import('node:dns/promises');
      try {
        const found = await lookup(name, { family: family === 'ipv4' ? 4 : 6, all: true });
        return found.map(({ address }) => address).join('\n');
      } catch (error) {
        const code = String((error as NodeJS.ErrnoException).code);
        const reason = code === 'ENOTFOUND' ? 'nxdomain' : code.toLowerCase();
        throw new CommandError(EXIT.data, `Hostname does not resolve (resolution failed with an ${reason})`);
      }
    },
  },
  {
    name: 'server_version',
    group,
    description: 'Displays the version that clients are told',
    banner: ({ node }) => `Asking node ${node} for its RabbitMQ version...`,
    run: async ({ api }) => {
      const { rabbitmq_version: value } = await overviewOf(api);
      return { text: value, json: { result: 'ok', value } };
    },
  },
];
