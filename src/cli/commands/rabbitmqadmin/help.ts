/** What rabbitmqadmin of RabbitMQ 3.x says of itself, made from its tables. */
import {
  type Action,
  type Actions,
  CLOSABLE,
  DECLARABLE,
  DELETABLE,
  GET,
  LISTABLE,
  PUBLISH,
  PURGABLE,
  SHOWABLE,
} from './objects.ts';

const HEAD = 'Usage\n=====\n  rabbitmqadmin [options] subcommand\n';

export function subcommands(): string {
  const display = [
    ...Object.keys(LISTABLE).map((kind) => `  list ${kind} [<column>...]`),
    ...Object.keys(SHOWABLE).map((kind) => `  show ${kind} [<column>...]`),
  ];
  const changes = [
    ...stanza(DECLARABLE, 'declare'),
    ...stanza(DELETABLE, 'delete'),
    ...stanza(CLOSABLE, 'close'),
    ...stanza(PURGABLE, 'purge'),
  ];
  return [
    HEAD,
    '  where subcommand is one of:',
    title('Display'),
    ...display,
    title('Object Manipulation'),
    ...changes,
    title('Broker Definitions'),
    '  export <file>',
    '  import <file>',
    title('Publishing and Consuming'),
    `  publish ${argumentsOf(PUBLISH)}`,
    `  get ${argumentsOf(GET)}`,
    '',
    '  * publish without a payload takes it from standard input',
    '  * get with a payload_file writes the payload there, and takes no count',
    '',
  ].join('\n');
}

export const CONFIGURATION = `${HEAD}${title('Configuration File')}
  Options of several brokers, each in a section of its own.
${title('Example')}
  [meadow]
  hostname = meadow.example
  port = 15672
  username = hare
  password = secret
  declare_vhost = /
  vhost = /

  [burrow]
  hostname = burrow.example
  port = 15671
  ssl = True
${title('Use')}
  rabbitmqadmin -c rabbitmqadmin.conf -N meadow ...
`;

function stanza(all: Actions, verb: string): readonly string[] {
  return Object.entries(all).map(([kind, action]) => `  ${verb} ${kind} ${argumentsOf(action)}`);
}

function argumentsOf({ needed, optional = {} }: Action): string {
  const must = needed.map((name) => (typeof name === 'string' ? `${name}=...` : `${name.join('=... OR ')}=...`));
  const may = Object.keys(optional).map((name) => `${name}=...`);
  return [...must, ...(may.length === 0 ? [] : [`[${may.join(' ')}]`])].join(' ');
}

function title(name: string): string {
  return `\n${name}\n${'='.repeat(name.length)}\n`;
}
