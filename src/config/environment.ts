/** Settings from environment variables: LEVERET_ ones, RabbitMQ's names for the same, and files that hold secrets. */
import { readFileSync } from 'node:fs';
import type { ConfigProblem } from './config-error.ts';
import { OPTIONS } from './options.ts';
import type { SourceValue, SourceValues } from './merge-sources.ts';

/** An empty variable counts as unset: docker-compose passes `${NAME:-}` on as one. */
export function readEnvironment(env: NodeJS.ProcessEnv): SourceValues {
  const values: SourceValue[] = [];
  const problems: ConfigProblem[] = [];
  for (const option of OPTIONS) {
    for (const variable of [option.env, ...(option.rabbitmqEnv ?? [])]) {
      const text = env[variable];
      const path = option.secretFile ? env[`${variable}_FILE`] : undefined;
      if (text && path) {
        problems.push({
          source: 'environment',
          text: `${variable} and ${variable}_FILE contradict each other: set one of them`,
        });
      }
      if (path) {
        const secret = readSecret(`${variable}_FILE`, path, problems);
        if (secret !== undefined) values.push({ option, label: `${variable}_FILE`, value: secret, isText: true });
        break;
      }
      if (text && !isServiceLink(text)) {
        values.push({ option, label: variable, value: text, isText: true });
        break;
      }
    }
  }
  return { source: 'environment', values, problems };
}

/** Kubernetes sets LEVERET_PORT=tcp://10.0.0.1:5672 in every pod beside a service named "leveret"; that is not meant for us. */
function isServiceLink(text: string): boolean {
  return text.startsWith('tcp://');
}

function readSecret(variable: string, path: string, problems: ConfigProblem[]): string | undefined {
  try {
    // Editors and `echo` end a file with a line break that is no part of the secret.
    return readFileSync(path, 'utf8').replace(/\r?\n$/, '');
  } catch (error) {
    problems.push({ source: 'environment', text: `${variable} cannot be read: ${(error as Error).message}` });
    return undefined;
  }
}
