/** What the probes of a test broker look at, and wait by. */
import type { BrokerNode } from '../broker/topology/broker-node.ts';
import type { Vhost } from '../broker/topology/vhost.ts';
import type { BrokerContext } from '../connection/broker-context.ts';
import type { Recorder } from './log/recorder.ts';
import type { IdleOptions } from './stillness.ts';
import type { Waits } from './waits.ts';

export interface Inside {
  readonly node: BrokerNode;
  readonly context: BrokerContext;
  readonly recorder: Recorder;
  readonly waits: Waits;
  /** See TestBroker.idle. */
  idle(options?: IdleOptions): Promise<void>;
}

/** Throws if there is no such vhost. */
export function vhostOf({ node }: Inside, name: string): Vhost {
  const vhost = node.vhost(name);
  if (vhost === undefined) throw new Error(`there is no vhost '${name}', only ${names(node.vhosts)}`);
  return vhost;
}

function names(vhosts: readonly Vhost[]): string {
  return vhosts.map(({ name }) => `'${name}'`).join(', ');
}
