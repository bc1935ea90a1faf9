/** Policies, operator policies, and parameters. */
import { EXIT } from '../../exit-codes.ts';
import { path } from '../api.ts';
import type { Command } from '../command.ts';
import { CommandError } from '../command-error.ts';
import { inVhost, noSuchVhost, readJson } from './errors.ts';

interface Policy {
  readonly vhost: string;
  readonly name: string;
  readonly pattern: string;
  readonly 'apply-to': string;
  readonly definition: object;
  readonly priority: number;
}

const group = 'Policies';
const absent = (): CommandError => new CommandError(EXIT.unavailable, 'Parameter does not exist');

export const policies: readonly Command[] = [
  ...commandsFor('policy', 'policies', {
    setting: 'Setting policy',
    clearing: 'Clearing policy',
    listing: 'Listing policies',
    set: 'Sets or updates a policy',
    clear: 'Clears (removes) a policy',
    list: 'Lists all policies in a virtual host',
  }),
  ...commandsFor('operator_policy', 'operator-policies', {
    setting: 'Setting operator policy override',
    clearing: 'Clearing operator policy',
    listing: 'Listing operator policy overrides',
    set: 'Sets an operator policy that overrides a subset of arguments in user policies',
    clear: 'Clears an operator policy',
    list: 'Lists operator policy overrides for a virtual host',
  }),
];

interface Texts {
  readonly setting: string;
  readonly clearing: string;
  readonly listing: string;
  readonly set: string;
  readonly clear: string;
  readonly list: string;
}

function commandsFor(kind: string, resource: string, texts: Texts): readonly Command[] {
  return [
    {
      name: `clear_${kind}`,
      words: '<name>',
      group,
      description: texts.clear,
      banner: ({ words: [name], vhost }) => `${texts.clearing} "${name}" on vhost "${vhost}" ...`,
      run: ({ api, words: [name], vhost }) => api.delete(`/${resource}` + path`/${vhost}/${name}`),
      on: { 404: absent },
    },
    {
      name: `list_${resource.replace('-', '_')}`,
      group,
      description: texts.list,
      banner: ({ vhost }) => `${texts.listing} for vhost "${vhost}" ...`,
      run: async ({ api, vhost }) => {
        const listed = await api.get<readonly Policy[]>(`/${resource}` + path`/${vhost}`);
        return {
          columns: ['vhost', 'name', 'pattern', 'apply-to', 'definition', 'priority'],
          rows: listed.map((policy) => [
            policy.vhost,
            policy.name,
            policy.pattern,
            policy['apply-to'],
            JSON.stringify(policy.definition),
            policy.priority,
          ]),
        };
      },
      on: inVhost,
    },
    {
      name: `set_${kind}`,
      words: '<name> <pattern> <definition>',
      options: [
        { name: 'priority', value: '<priority>', form: /^-?\d+$/ },
        { name: 'apply-to', value: '<apply-to>' },
      ],
      group,
      description: texts.set,
      banner: (call) => {
        const [name, pattern, definition] = call.words;
        const priority = call.option('priority') ?? '0';
        return `${texts.setting} "${name}" for pattern "${pattern}" to "${definition}" with priority "${priority}" for vhost "${call.vhost}" ...`;
      },
      run: (call) => {
        const [name, pattern, definition] = call.words;
        return call.api.put(`/${resource}` + path`/${call.vhost}/${name}`, {
          pattern,
          definition: readJson(definition),
          priority: Number(call.option('priority') ?? '0'),
          'apply-to': call.option('apply-to') ?? 'all',
        });
      },
      on: { 404: ({ vhost }) => noSuchVhost(vhost) },
    },
  ];
}
