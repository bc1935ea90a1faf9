/**
 * What the broker keeps by component, vhost and name beside its entities: policies, limits, topic permissions, and the
 * parameters of others, which it only hands back (RabbitMQ: Parameters and Policies). Values are JSON.
 */
import type { ParameterRecord } from '../../store/stored-records.ts';
import type { Store } from '../../store/store.ts';
import { recoverEntity } from '../../store/recovered-state.ts';

export interface Parameter {
  readonly component: string;
  /** Empty where the parameter belongs to no vhost. */
  readonly vhost: string;
  readonly name: string;
  readonly value: unknown;
}

/** Components that begin like this are the broker's own, and no part of what is imported or exported as parameters. */
export const OWN_COMPONENT = 'leveret.';

/** Of no vhost (RabbitMQ: global parameters). */
export const GLOBAL_PARAMETERS = `${OWN_COMPONENT}global`;

type ByName = Map<string, unknown>;

export class Parameters {
  readonly #store: Pick<Store, 'change'>;
  /** By vhost, then component, then name. */
  readonly #values = new Map<string, Map<string, ByName>>();

  constructor(store: Pick<Store, 'change'>) {
    this.#store = store;
  }

  recover(records: readonly ParameterRecord[]): void {
    for (const { component, vhost, name, value } of records) {
      recoverEntity(`parameter '${name}' of ${component}`, () =>
        this.#component(component, vhost).set(name, JSON.parse(value)),
      );
    }
  }

  /** Undefined where there is none. */
  get(component: string, vhost: string, name: string): unknown {
    return this.#values.get(vhost)?.get(component)?.get(name);
  }

  /** The parameters of a vhost by name, of one component; the map must not be changed. */
  of(component: string, vhost: string): ReadonlyMap<string, unknown> {
    return this.#values.get(vhost)?.get(component) ?? NONE;
  }

  /** All there are, in no order. */
  *all(): IterableIterator<Parameter> {
    for (const [vhost, components] of this.#values) {
      for (const [component, values] of components) {
        for (const [name, value] of values) yield { component, vhost, name, value };
      }
    }
  }

  put(component: string, vhost: string, name: string, value: unknown): void {
    this.#component(component, vhost).set(name, value);
    this.#store.change({ op: 'put-parameter', record: { component, vhost, name, value: JSON.stringify(value) } });
  }

  /** Returns false where there was none. */
  delete(component: string, vhost: string, name: string): boolean {
    if (this.#values.get(vhost)?.get(component)?.delete(name) !== true) return false;
    this.#store.change({ op: 'delete-parameter', component, vhost, name });
    return true;
  }

  /** The vhost is gone, and its rows with it. */
  forgetVhost(vhost: string): void {
    this.#values.delete(vhost);
  }

  #component(component: string, vhost: string): ByName {
    let components = this.#values.get(vhost);
    if (components === undefined) this.#values.set(vhost, (components = new Map<string, ByName>()));
    let values = components.get(component);
    if (values === undefined) components.set(component, (values = new Map<string, unknown>()));
    return values;
  }
}

const NONE: ReadonlyMap<string, unknown> = new Map();
