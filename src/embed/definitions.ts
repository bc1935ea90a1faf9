/**
 * `broker.definitions`, and the definitions that a broker imports at its start (RabbitMQ: Schema Definition Export and Import).
 * What imports and exports is loaded when it is needed: a broker without definitions starts the sooner for it.
 */
import { readFile } from 'node:fs/promises';
import { compilePattern } from '../broker/access/pattern.ts';
import type { ChangeError } from '../broker/arguments/change-error.ts';
import type { DefinitionsDocument } from '../broker/definitions/document.ts';
import { DefinitionsError } from '../broker/definitions/definitions-error.ts';
import { decodeText, type ParsedText, readJsonText } from '../broker/definitions/json-text.ts';
import type { Finding } from '../broker/definitions/json-cursor.ts';
import { Receipt } from '../broker/operations/receipt.ts';
import { IMPORT_JOURNAL } from '../broker/parameters/parameters.ts';
import { doInSlices } from '../broker/scheduling/sliced-steps.ts';
import { createDefaults } from '../broker/topology/node-defaults.ts';
import { whenLoaded } from '../broker/topology/recover-node.ts';
import type { BrokerNode } from '../broker/topology/broker-node.ts';
import type { Config } from '../config/config.ts';
import { defaultConfig } from '../config/merge-sources.ts';
import { ConfigError } from '../config/config-error.ts';
import type { Logger } from '../util/logger.ts';
import { atOnce } from '../util/steps.ts';

export interface TransferOptions {
  /** For the definitions of one vhost, which do not name it. */
  readonly vhost?: string | undefined;
}

export class Definitions {
  readonly #node: BrokerNode;
  readonly #config: Config;

  /** @internal */
  constructor(node: BrokerNode, config: Config) {
    this.#node = node;
    this.#config = config;
  }

  /**
   * Imports definitions, given as an object or as JSON: all or nothing. Queues and exchanges that exist stay as they are;
   * everything else becomes what the definitions say. Resolves when it is stored, with what was skipped or differs.
   * @throws DefinitionsError with every problem and its place; ChangeError `not-found` for the vhost
   */
  async import(
    definitions: DefinitionsDocument | string,
    { vhost }: TransferOptions = {},
  ): Promise<readonly Finding[]> {
    if (vhost !== undefined) this.#node.existingVhost(vhost);
    const { importDefinitions } = await import('../broker/definitions/import.ts');
    const { document, warnings } = await this.#parse(definitions);
    const { defaultVhost } = this.#config;
    const found = await importDefinitions(this.#node, document, { vhost, defaultVhost });
    return new Receipt(this.#node.store, [...warnings, ...found]).untilStored();
  }

  /**
   * All definitions, or those of one vhost. Exclusive queues are not among them.
   * @throws ChangeError `not-found` for the vhost
   */
  async export({ vhost }: TransferOptions = {}): Promise<DefinitionsDocument> {
    const { exportDefinitions, exportVhostDefinitions } = await import('../broker/definitions/export.ts');
    if (vhost === undefined) return exportDefinitions(this.#node, this.#config);
    return exportVhostDefinitions(this.#node, this.#node.existingVhost(vhost), this.#config);
  }

  async #parse(definitions: DefinitionsDocument | string): Promise<ParsedText> {
    if (typeof definitions !== 'string') return { document: definitions, warnings: [] };
    try {
      return await doInSlices(readJsonText(definitions), this.#node.timeSlices);
    } catch (error) {
      if (!(error instanceof SyntaxError)) throw error;
      throw new DefinitionsError([{ path: '$', text: `is not JSON: ${error.message}` }]);
    }
  }
}

/** What to import at the start, and what to call it in errors. */
export interface StartDefinitions extends ParsedText {
  readonly label: string;
}

/** @throws ConfigError for a file that cannot be read or is not JSON */
export async function readDefinitions(
  source: string | DefinitionsDocument | undefined,
): Promise<StartDefinitions | undefined> {
  if (source === undefined) return undefined;
  if (typeof source !== 'string') return { label: 'definitions', document: source, warnings: [] };
  const label = `definitions file ${source}`;
  try {
    return { label, ...atOnce(readJsonText(decodeText(await readFile(source)))) };
  } catch (error) {
    const reason = error instanceof SyntaxError ? `is not JSON: ${error.message}` : (error as Error).message;
    throw new ConfigError([{ source: 'definitions', text: `${label}: ${reason}` }]);
  }
}

/**
 * Recovers the node; gives a blank one the default user and vhost, but for those that the definitions bring; imports these.
 * @throws ConfigError with every problem of the definitions; then nothing has changed
 */
export async function prepare(
  node: BrokerNode,
  definitions: StartDefinitions | undefined,
  config: Config,
  log: Logger,
): Promise<void> {
  checkPermissions(config);
  const defaults = {
    user: config.defaultUser,
    password: config.defaultPass,
    vhost: config.defaultVhost,
    tags: config.defaultUserTags,
    permissions: config.defaultPermissions,
    // Who names a user wants it, whatever the definitions bring.
    always: config.defaultUser !== defaultConfig.defaultUser || config.defaultPass !== defaultConfig.defaultPass,
  };
  await node.recoverInSlices();
  await whenLoaded(node);
  if (node.parameters.of(IMPORT_JOURNAL, '').size > 0) {
    const { finishImport } = await import('../broker/definitions/import.ts');
    // It was decided, and nobody waits for its answer any more: what cannot be made is no reason not to start.
    for (const text of await finishImport(node)) log.warn({}, `definitions of before the start: ${text}`);
  }
  const { defaultUser: name, defaultPass: password, defaultUserTags: tags } = config;
  // A slow hash is not made at each start for a user that is there, nor of the password guest, which everybody knows.
  const byRule = node.blank && (defaults.always || config.passwordHashing !== 'auto');
  const record = byRule ? await node.passwords.userWith(name, password, tags) : undefined;
  if (definitions === undefined) {
    if (node.blank) createDefaults(node, { ...defaults, record });
    return;
  }
  const { importDefinitions } = await import('../broker/definitions/import.ts');
  const { label, document } = definitions;
  try {
    const found = await importDefinitions(node, document, {
      defaults: { ...defaults, record },
      defaultVhost: defaults.vhost,
    });
    const warnings = [...definitions.warnings, ...found];
    for (const { path, text } of warnings) log.warn({ path }, `${label}: ${path}: ${text}`);
    log.info({ warnings: warnings.length }, `${label}: imported`);
  } catch (error) {
    const problems = error instanceof DefinitionsError ? error.problems : undefined;
    if (problems === undefined) throw error;
    throw new ConfigError(
      problems.map(({ path, text }) => ({ source: 'definitions', text: `${label}: ${path}: ${text}` })),
    );
  }
}

/** What the node would only find when it has made the user. */
function checkPermissions({ defaultPermissions }: Config): void {
  for (const [kind, pattern] of Object.entries(defaultPermissions)) {
    try {
      compilePattern(pattern as string);
    } catch (error) {
      const text = `default permission to ${kind} "${pattern}" is invalid: ${(error as ChangeError).message}`;
      throw new ConfigError([{ source: 'options', text }]);
    }
  }
}
