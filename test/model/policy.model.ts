/** What counts for a queue where its arguments, a policy and an operator policy speak of it (RabbitMQ: Policies). */
import type { QueueModel } from './queue.model.ts';

export interface PolicyModel {
  readonly name: string;
  readonly kind: 'policy' | 'operator_policy';
  readonly pattern: string;
  readonly priority: number;
  readonly definition: Readonly<Record<string, string | number | boolean>>;
}

export interface Settings {
  readonly 'message-ttl'?: number;
  readonly expires?: number;
  readonly 'max-length'?: number;
  readonly 'max-length-bytes'?: number;
  readonly overflow?: string;
  readonly 'dead-letter-exchange'?: string;
  readonly 'dead-letter-routing-key'?: string;
  readonly 'max-priority'?: number;
  readonly 'single-active-consumer'?: boolean;
  readonly 'delivery-limit'?: number;
  readonly 'queue-type'?: string;
  readonly 'message-deduplication'?: boolean;
}

/** Settings of which the smallest counts, whoever has it. */
const BOUNDS = new Set(['message-ttl', 'expires', 'max-length', 'max-length-bytes', 'delivery-limit']);
const ONLY_QUORUM = 'delivery-limit';

export function settingsOf(queue: QueueModel, policies: readonly PolicyModel[]): Settings {
  const settings: Record<string, unknown> = { ...policyFor(queue, policies, 'policy')?.definition };
  const add = (key: string, value: unknown): void => {
    const bound = key in settings && BOUNDS.has(key);
    settings[key] = bound ? Math.min(settings[key] as number, value as number) : value;
  };
  const operator = policyFor(queue, policies, 'operator_policy')?.definition ?? {};
  for (const [key, value] of Object.entries(operator)) add(key, value);
  for (const [key, value] of Object.entries(queue.arguments)) add(key.slice('x-'.length), value);
  return settings;
}

/** One with a setting that the queue's type does not know is not for it at all. */
function policyFor(
  queue: QueueModel,
  policies: readonly PolicyModel[],
  kind: PolicyModel['kind'],
): PolicyModel | undefined {
  const quorum = queue.arguments['x-queue-type'] === 'quorum';
  return policies
    .filter((policy) => policy.kind === kind && new RegExp(policy.pattern).test(queue.name))
    .filter(({ definition }) => quorum || !(ONLY_QUORUM in definition))
    .sort((a, b) => b.priority - a.priority)[0];
}
