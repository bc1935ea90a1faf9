/** The faults that the control port begins, each by its kind. */
import type { Fault, Trigger } from '../faults/fault.ts';
import type { Faults, HoldUp } from '../faults/faults.ts';
import type { PublishFilter } from '../faults/filters.ts';
import type { Network } from '../faults/line.ts';
import { BadRequest, named, positive } from './bad-request.ts';

/** What a request for a fault may bring. */
export interface FaultRequest {
  readonly kind?: string;
  readonly filter?: PublishFilter;
  readonly trigger?: Trigger;
  readonly hold?: HoldUp;
  readonly method?: string;
  readonly queue?: string;
  readonly resource?: 'memory' | 'disk';
  readonly how?: string;
  readonly code?: number;
  readonly text?: string;
  readonly ms?: number;
  readonly network?: Network;
}

type Begin = (faults: Faults, request: FaultRequest) => Fault | Promise<Fault>;

const KINDS: Readonly<Record<string, Begin>> = {
  nackPublishes: (faults, { filter, trigger }) => faults.nackPublishes(filter, trigger),
  unroutable: (faults, { filter, trigger }) => faults.unroutable(filter, trigger),
  loseConfirms: (faults, { filter, trigger }) => faults.loseConfirms(filter, trigger),
  reorder: (faults, { filter, trigger }) => faults.reorder(filter, trigger),
  delayConfirms: (faults, { hold, filter, trigger }) => faults.delayConfirms(holdUp(hold), filter, trigger),
  delayReplies: (faults, { method, hold, filter, trigger }) =>
    faults.delayReplies(named(method, 'method'), holdUp(hold), filter, trigger),
  duplicateDeliveries: (faults, { queue, trigger }) => faults.duplicateDeliveries(named(queue, 'queue'), trigger),
  network: (faults, { network = {}, filter }) => faults.network(network, filter),
  diskFull: (faults) => faults.diskFull(),
  slowDisk: (faults, { ms, trigger }) => faults.slowDisk(positive(ms, 'ms'), trigger),
  corruptNext: (faults, { queue, filter }) => faults.corruptNext(named(queue, 'queue'), { vhost: filter?.vhost }),
  block: (faults, { resource }) => faults.block(resource),
  closePorts: (faults) => faults.closePorts(),
  refuseConnections: (faults, { how = 'reset', code, text = 'refused by the test', trigger }) =>
    faults.refuseConnections(code === undefined ? (how as 'reset') : { code, text }, trigger),
};

/** Throws BadRequest for what is no fault. */
export function beginFault(faults: Faults, request: FaultRequest): Fault | Promise<Fault> {
  const { kind = '' } = request;
  if (Object.hasOwn(KINDS, kind)) return KINDS[kind](faults, request);
  throw new BadRequest(`there is no fault of the kind ${JSON.stringify(kind)}, only ${Object.keys(KINDS).join(', ')}`);
}

function holdUp(hold: HoldUp = 'until released'): HoldUp {
  return hold === 'until released' ? hold : positive(hold, 'hold');
}
