/** Parameters of vhosts, and global ones. */
import { EXIT } from '../../exit-codes.ts';
import { path } from '../api.ts';
import type { Command } from '../command.ts';
import { CommandError } from '../command-error.ts';
import { inVhost, readJson } from './errors.ts';

interface Parameter {
  readonly component: string;
  readonly name: string;
  readonly value: unknown;
}

const group = 'Parameters';
const absent = (): CommandError => new CommandError(EXIT.unavailable, 'Parameter does not exist');

export const parameters: readonly Command[] = [
  {
    name: 'clear_global_parameter',
    words: '<name>',
    group,
    description: 'Clears a global runtime parameter',
    banner: ({ words: [name] }) => `Clearing global runtime parameter "${name}" ...`,
    run: ({ api, words: [name] }) => api.delete(path`/global-parameters/${name}`),
    on: { 404: absent },
  },
  {
    name: 'clear_parameter',
    words: '<component> <name>',
    group,
    description: 'Clears a runtime parameter.',
    banner: ({ words: [component, name], vhost }) =>
      `Clearing runtime parameter "${name}" for component "${component}" on vhost "${vhost}" ...`,
    run: ({ api, words: [component, name], vhost }) => api.delete(path`/parameters/${component}/${vhost}/${name}`),
    on: { 404: absent },
  },
  {
    name: 'list_global_parameters',
    group,
    description: 'Lists global runtime parameters',
    banner: () => 'Listing global runtime parameters ...',
    run: async ({ api }) => {
      const listed = await api.get<readonly Parameter[]>('/global-parameters');
      return { columns: ['name', 'value'], rows: listed.map(({ name, value }) => [name, JSON.stringify(value)]) };
    },
  },
  {
    name: 'list_parameters',
    group,
    description: 'Lists runtime parameters for a virtual host',
    banner: ({ vhost }) => `Listing runtime parameters for vhost "${vhost}" ...`,
    run: async ({ api, vhost }) => {
      await api.get(path`/vhosts/${vhost}`);
      const listed = await api.get<readonly (Parameter & { readonly vhost: string })[]>('/parameters');
      return {
        columns: ['component', 'name', 'value'],
        rows: listed
          .filter((parameter) => parameter.vhost === vhost)
          .map(({ component, name, value }) => [component, name, JSON.stringify(value)]),
      };
    },
    on: inVhost,
  },
  {
    name: 'set_global_parameter',
    words: '<name> <value>',
    group,
    description: 'Sets a global runtime parameter.',
    banner: ({ words: [name, value] }) => `Setting global runtime parameter "${name}" to "${value}" ...`,
    run: ({ api, words: [name, value] }) => api.put(path`/global-parameters/${name}`, { value: readJson(value) }),
  },
  {
    name: 'set_parameter',
    words: '<component> <name> <value>',
    group,
    description: 'Sets a runtime parameter.',
    banner: ({ words: [component, name, value], vhost }) =>
      `Setting runtime parameter "${name}" for component "${component}" to "${value}" in vhost "${vhost}" ...`,
    run: ({ api, words: [component, name, value], vhost }) =>
      api.put(path`/parameters/${component}/${vhost}/${name}`, { component, vhost, name, value: readJson(value) }),
    // As no component is known, RabbitMQ would not come to look for the vhost.
    on: {
      404: ({ words: [component] }) =>
        new CommandError(EXIT.unavailable, `Validation failed\n\ncomponent ${component} not found\n`),
    },
  },
];
