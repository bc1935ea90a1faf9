/** Users, vhosts, permissions, policies and queues: made and removed. */
import { EXIT } from '../../exit-codes.ts';
import { path } from '../api.ts';
import type { Call, Command } from '../command.ts';
import { CommandError } from '../command-error.ts';
import type { Report } from '../output/output.ts';
import { readJson } from '../rabbitmqctl/errors.ts';

const group = 'Change';
const IN_VHOST = [{ name: 'vhost', short: 'p', value: '<vhost>' }];

export const changes: readonly Command[] = [
  {
    name: 'users add',
    words: '<name> [<password>]',
    options: [{ name: 'tags', value: '<tag,...>' }],
    group,
    description: 'Add a user, or change its password and tags; without a password it is read from standard input',
    run: async (call) => {
      const [name, given] = call.words;
      const password = given ?? (await call.input());
      if (password === '') throw new CommandError(EXIT.data, 'the password must not be empty');
      await call.api.put(path`/users/${name}`, { password, tags: call.option('tags') ?? '' });
      return done(`user ${name} can log in`, { user: name });
    },
  },
  {
    name: 'users delete',
    words: '<name>',
    group,
    description: 'Delete a user and its permissions',
    run: async ({ api, words: [name] }) => {
      await api.delete(path`/users/${name}`);
      return done(`user ${name} is deleted`, { user: name });
    },
    on: { 404: missing('user') },
  },
  {
    name: 'vhosts add',
    words: '<name>',
    group,
    description: 'Add a vhost',
    run: async ({ api, words: [name] }) => {
      await api.put(path`/vhosts/${name}`);
      return done(`vhost ${name} is there`, { vhost: name });
    },
  },
  {
    name: 'vhosts delete',
    words: '<name>',
    group,
    description: 'Delete a vhost and all that is in it',
    run: async ({ api, words: [name] }) => {
      await api.delete(path`/vhosts/${name}`);
      return done(`vhost ${name} is deleted`, { vhost: name });
    },
    on: { 404: missing('vhost') },
  },
  {
    name: 'permissions set',
    words: '<user> [<configure>] [<write>] [<read>]',
    options: IN_VHOST,
    group,
    description: 'Let a user into a vhost: three patterns of names, each .* by default',
    run: async ({ api, vhost, words: [user, configure = '.*', write = '.*', read = '.*'] }) => {
      await api.put(path`/permissions/${vhost}/${user}`, { configure, write, read });
      return done(`user ${user} may enter vhost ${vhost}`, { user, vhost, configure, write, read });
    },
  },
  {
    name: 'permissions clear',
    words: '<user>',
    options: IN_VHOST,
    group,
    description: 'Keep a user out of a vhost',
    run: async ({ api, vhost, words: [user] }) => {
      await api.delete(path`/permissions/${vhost}/${user}`);
      return done(`user ${user} may not enter vhost ${vhost}`, { user, vhost });
    },
    on: { 404: missing('user with permissions') },
  },
  {
    name: 'policies set',
    words: '<name> <pattern> <definition>',
    options: [...IN_VHOST, { name: 'priority', value: '<number>' }, { name: 'apply-to', value: '<what>' }],
    group,
    description: 'Set a policy: a pattern of names, and a JSON object such as {"max-length":100}',
    run: async (call) => {
      const { api, vhost, words, option } = call;
      const [name, pattern, definition] = words;
      const policy = {
        pattern,
        definition: readJson(definition),
        priority: Number(option('priority') ?? 0),
        'apply-to': option('apply-to') ?? 'all',
      };
      await api.put(path`/policies/${vhost}/${name}`, policy);
      return done(`policy ${name} holds in vhost ${vhost}`, { name, vhost, ...policy });
    },
  },
  {
    name: 'policies delete',
    words: '<name>',
    options: IN_VHOST,
    group,
    description: 'Delete a policy',
    run: async ({ api, vhost, words: [name] }) => {
      await api.delete(path`/policies/${vhost}/${name}`);
      return done(`policy ${name} is deleted`, { name, vhost });
    },
    on: { 404: missing('policy') },
  },
  {
    name: 'queues purge',
    words: '<name>',
    options: IN_VHOST,
    group,
    description: 'Remove all ready messages of a queue',
    run: async ({ api, vhost, words: [name] }) => {
      await api.delete(path`/queues/${vhost}/${name}/contents`);
      return done(`queue ${name} is empty but for what is unacked`, { name, vhost });
    },
    on: { 404: missing('queue') },
  },
  {
    name: 'queues delete',
    words: '<name>',
    options: IN_VHOST,
    group,
    description: 'Delete a queue and its messages',
    run: async ({ api, vhost, words: [name] }) => {
      await api.delete(path`/queues/${vhost}/${name}`);
      return done(`queue ${name} is deleted`, { name, vhost });
    },
    on: { 404: missing('queue') },
  },
];

function done(text: string, json: object): Report {
  return { text, json };
}

export function missing(what: string): (call: Call) => CommandError {
  return ({ words: [name] }) => new CommandError(EXIT.data, `there is no ${what} ${name}`);
}
