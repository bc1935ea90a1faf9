/**
 * `rabbitmq-plugins`: what RabbitMQ has as plugins is built in, or is not there (RabbitMQ: rabbitmq-plugins(8)). No broker need run, because images
 * enable plugins when they are built.
 */
import { BUILT_IN_PLUGINS, isBuiltIn } from '../../config/rabbitmq/plugins.ts';
import { EXIT } from '../exit-codes.ts';
import type { Call, Command } from './command.ts';
import { ArgumentError, CommandError } from './command-error.ts';
import { message } from './output/output.ts';
import { tool, without } from './tool.ts';

const group = 'Plugin Management';
const ON_OR_OFF = [{ name: 'online' }, { name: 'offline' }];

const commands: readonly Command[] = [
  without(
    'directories',
    '',
    group,
    'Is refused: what is built in has no files of its own',
    'plugins are built in, and have no directory; enabled_plugins of RabbitMQ is read from /etc/rabbitmq or RABBITMQ_ENABLED_PLUGINS_FILE',
  ),
  {
    name: 'disable',
    words: '<plugin> [<plugin> ...]',
    options: ON_OR_OFF,
    group,
    description: 'Is refused for what is built in',
    banner: ({ node, words }) => `Disabling plugins on node ${node}:\n${words.join('\n')}`,
    run: ({ words }) => {
      const kept = words.filter((name) => BUILT_IN_PLUGINS.includes(name));
      if (kept.length === 0) return 'Plugin configuration unchanged.';
      throw new CommandError(
        EXIT.unavailable,
        `${kept.join(', ')}: built in, and cannot be disabled. The HTTP API and the metrics are turned off by --management-port none and --prometheus-port none.`,
      );
    },
  },
  {
    name: 'enable',
    words: '[<plugin> ...]',
    options: [...ON_OR_OFF, { name: 'all' }],
    group,
    description: 'Tells that the plugins are built in, or that they are not there',
    banner: (call) => `Enabling plugins on node ${call.node}:\n${namesIn(call).join('\n')}`,
    run: (call) => {
      if (call.flag('all') && call.words.length > 0)
        throw new ArgumentError('Bad argument: Cannot set both --all and a list of plugins', EXIT.data);
      const missing = notBuiltIn(namesIn(call));
      const list = missing.map((name) => `:${name}`).join(', ');
      if (missing.length > 0) throw notThere(EXIT.software, `{:plugins_not_found, [${list}]}`, missing);
      return configured(call, namesIn(call), 'Plugin configuration unchanged.');
    },
  },
  {
    name: 'is_enabled',
    words: '<plugin> [<plugin> ...]',
    options: ON_OR_OFF,
    group,
    description: 'Health check that exits with a non-zero code if a plugin is not built in',
    banner: ({ node, words }) => `Asking node ${node} if ${subject(words)} enabled...`,
    run: ({ node, words }) => {
      const missing = notBuiltIn(words);
      if (missing.length === 0) return message(`${capital(subject(words))} enabled on node ${node}`, { result: 'ok' });
      const negated = subject(missing).replace(/(is|are)$/, '$1 not');
      throw new CommandError(
        EXIT.unavailable,
        `${capital(negated)} enabled on node ${node}. Enabled plugins and dependencies: ${BUILT_IN_PLUGINS.join(', ')}`,
      );
    },
  },
  {
    name: 'list',
    words: '[<pattern>]',
    options: [
      { name: 'verbose', short: 'v' },
      { name: 'minimal', short: 'm' },
      { name: 'enabled', short: 'E' },
      { name: 'implicitly-enabled', short: 'e' },
    ],
    group,
    description: 'Lists the plugins that are built in',
    banner: ({ words: [pattern = '.*'] }) => `Listing plugins with pattern "${pattern}" ...`,
    run: async (call) => {
      const [pattern = '.*'] = call.words;
      const names = matching(pattern);
      if (call.flag('minimal')) return { text: names.join('\n'), json: { format: 'minimal', plugins: names } };
      // They are of the version that a broker tells unless it is told another: none need run.
      const { defaultConfig } = await import('../../config/merge-sources.ts');
      const { productVersion } = defaultConfig;
      const width = Math.max(...names.map(({ length }) => length));
      const legend = [
        ' Configured: E = explicitly enabled; e = implicitly enabled',
        ` | Status: * = running on ${call.node}`,
        ' |/',
      ];
      const lines = names.map((name) =>
        call.flag('verbose') ? inDetail(name, productVersion) : `[E*] ${name.padEnd(width)} ${productVersion}`,
      );
      const quiet = call.flag('quiet') || call.flag('silent');
      const state = { enabled: 'enabled', running: true, running_version: productVersion, version: productVersion };
      const plugins = names.map((name) => ({ name, ...state }));
      return {
        text: (quiet ? lines : [...legend, ...lines]).join('\n'),
        json: { format: 'normal', plugins, status: 'running' },
      };
    },
  },
  {
    name: 'set',
    words: '[<plugin> ...]',
    options: ON_OR_OFF,
    group,
    description: 'As enable: what is built in is enabled whether it is named or not',
    banner: ({ node, words }) => `Enabling plugins on node ${node}:\n${words.join('\n')}`,
    run: (call) => {
      const missing = notBuiltIn(call.words);
      if (missing.length > 0)
        throw notThere(EXIT.data, `The following plugins were not found: ${missing.join(', ')}`, missing);
      return configured(call, call.words, 'nothing to do.');
    },
  },
];

export const rabbitmqPlugins = tool('rabbitmq-plugins', commands);

function configured({ node }: Call, names: readonly string[], outcome: string): string {
  if (names.length === 0) throw new ArgumentError('not enough arguments.');
  const lines = BUILT_IN_PLUGINS.map((name) => `  ${name}`);
  const applying = `Applying plugin configuration to ${node}...`;
  return ['The following plugins have been configured:', ...lines, applying, outcome].join('\n');
}

/** Throws CommandError for what is no regular expression. */
function matching(pattern: string): readonly string[] {
  try {
    const expression = new RegExp(pattern, 'u');
    return BUILT_IN_PLUGINS.filter((name) => expression.test(name)).sort();
  } catch {
    throw new CommandError(EXIT.data, `${JSON.stringify(pattern)} is no regular expression`);
  }
}

function namesIn(call: Call): readonly string[] {
  return call.flag('all') ? BUILT_IN_PLUGINS : call.words;
}

function notBuiltIn(names: readonly string[]): readonly string[] {
  return names.filter((name) => !isBuiltIn(name));
}

function subject(names: readonly string[]): string {
  return names.length === 1 ? `plugin ${names[0]} is` : `plugins ${names.join(', ')} are`;
}

function capital(text: string): string {
  return text[0].toUpperCase() + text.slice(1);
}

function inDetail(name: string, version: string): string {
  return `[E*] ${name}\n     Version:     \t${version}\n     Dependencies:\t[]\n     Description: \tbuilt in`;
}

/** RabbitMQ's text and code for plugins that it has not, and what there is instead. */
function notThere(code: number, text: string, names: readonly string[]): CommandError {
  return new CommandError(
    code,
    `${text}\nLeveret speaks AMQP 0-9-1 and has no ${names.join(', ')}. Leave it out, or keep RabbitMQ for what needs it.`,
  );
}
