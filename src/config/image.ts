/**
 * What the container image sets if nobody else does. It is known by LEVERET_IMAGE, which the image has set, so that each command that runs in the
 * container comes to the same answer as the broker.
 */
import { readFileSync } from 'node:fs';
import { optionNamed } from './options.ts';
import type { SourceValues } from './merge-sources.ts';
import { nodeName } from '../util/node-name.ts';

/** Where RabbitMQ's images have their configuration. */
export const IMAGE_CONFIG_FOLDER = '/etc/rabbitmq';

/** Where people mount a volume for the data of RabbitMQ's images, the official one's and Bitnami's. */
const VOLUMES = [
  '/var/lib/rabbitmq/mnesia',
  '/var/lib/rabbitmq',
  '/bitnami/rabbitmq/mnesia',
  '/bitnami/rabbitmq',
  '/bitnami',
];

export function isImage(env: NodeJS.ProcessEnv): boolean {
  return env['LEVERET_IMAGE'] === 'true';
}

/** @param mounts the text of /proc/self/mountinfo */
export function imageSettings(mounts = readFileSync('/proc/self/mountinfo', 'utf8')): SourceValues {
  const mounted = new Set(mounts.split('\n').map((line) => line.split(' ')[4]));
  const volume = VOLUMES.find((place) => mounted.has(place));
  const values = {
    // Beside what RabbitMQ left there, and without the name of the host, which is another one for each new container.
    dataDir: volume === undefined ? '/var/lib/leveret' : `${volume}/leveret`,
    pidFile: `/var/lib/rabbitmq/mnesia/${nodeName()}.pid`,
  };
  return {
    source: 'config file',
    values: Object.entries(values).map(([name, value]) => ({
      option: optionNamed(name as keyof typeof values),
      label: `the image's ${name}`,
      value,
      isText: false,
    })),
    problems: [],
  };
}
