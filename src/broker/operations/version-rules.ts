/** What the version of RabbitMQ that a broker stands for makes of declarations (RabbitMQ: Deprecated Features). The versions: config/profile.ts. */
import type { DeprecatedFeature } from '../../config/profile.ts';
import { AmqpError } from '../../protocol/amqp-error.ts';
import type { FieldTable } from '../../protocol/field-table.ts';
import { integerIn } from '../arguments/fields.ts';
import { queueTypeOf } from '../arguments/queue-type.ts';
import type { Actor } from './actor.ts';

export interface QueueDeclaration {
  /** Empty: the broker makes one up. */
  readonly name: string;
  readonly durable: boolean;
  readonly exclusive: boolean;
  readonly autoDelete: boolean;
  readonly arguments: FieldTable;
}

/** Throws AmqpError INTERNAL_ERROR for what the version has no more, PRECONDITION_FAILED for arguments that it does not know. */
export function checkDeclaration(actor: Actor, { name, durable, exclusive, arguments: args }: QueueDeclaration): void {
  const { name: vhost } = actor.vhost;
  const what = `queue '${name}'`;
  if (!durable && !exclusive) demand(actor, 'transient_nonexcl_queues', what);
  if (args.has('x-queue-master-locator')) demand(actor, 'queue_master_locator', what);
  const invalid = (argument: string, reason: string) =>
    new AmqpError('PRECONDITION_FAILED', `invalid arg '${argument}' for ${what} in vhost '${vhost}'${reason}`);
  if (args.has('x-queue-mode') && !wants(actor, 'queue_mode', what))
    throw invalid('x-queue-mode', ` of queue type rabbit_${queueTypeOf(args)}_queue`);
  if (integerIn(args, 'x-queue-version') === 1 && !wants(actor, 'classic_queue_v1', what))
    throw invalid('x-queue-version', `: "unsupported queue version '1'"`);
}

/** Somebody wants a deprecated feature: the observer is told. Returns false if the version does not have it. `what`: for what. */
export function wants(
  { vhost, connection }: Pick<Actor, 'vhost' | 'connection'>,
  feature: DeprecatedFeature,
  what: string,
): boolean {
  vhost.observer?.({ type: 'deprecated', vhost: vhost.name, feature, what, connection });
  return vhost.node.rules.permits(feature);
}

function demand(actor: Actor, feature: DeprecatedFeature, what: string): void {
  if (wants(actor, feature, what)) return;
  const text =
    `Feature \`${feature}\` is deprecated.\nBy default, this feature is not permitted anymore.\n` +
    'The feature will be removed from a future major RabbitMQ version, regardless of the configuration; actual version to be determined.\n' +
    'To continue using this feature when it is not permitted by default, set the following parameter in your configuration:\n' +
    `    "deprecated_features.permit.${feature} = true"\n`;
  throw new AmqpError('INTERNAL_ERROR', text);
}
