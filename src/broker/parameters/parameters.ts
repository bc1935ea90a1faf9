/**
 * What the broker keeps by component, vhost and name beside its entities: policies, limits, topic permissions, and the
 * parameters of others, which it only hands back (RabbitMQ: Parameters and Policies). Values are JSON.
 */
import type { TopologyChange } from '../../store/stored-records.ts';

export interface Parameter {
  readonly component: string;
  /** Empty if the parameter belongs to no vhost. */
  readonly vhost: string;
  readonly name: string;
  readonly value: unknown;
}

/** Components that begin like this are the broker's own, and no part of what is imported or exported as parameters. */
export const OWN_COMPONENT = 'leveret.';

/** Of no vhost (RabbitMQ: global parameters). */
export const GLOBAL_PARAMETERS = `${OWN_COMPONENT}global`;

/** What an import of definitions has yet to change. */
export const IMPORT_JOURNAL = `${OWN_COMPONENT}import`;

/** What the map of parameters is changed by, and nothing else. A vhost goes with all of its own. */
export type ParameterChange = Extract<
  TopologyChange,
  { readonly op: 'put-parameter' | 'delete-parameter' | 'delete-vhost' }
>;

/** Told of a parameter of one component; `value` is undefined if it is gone. */
export type ParameterWatcher = (vhost: string, name: string, value: unknown) => void;

type ByName = Map<string, unknown>;

export class Parameters {
  readonly #commit: (change: ParameterChange) => void;
  readonly #watchers = new Map<string, ParameterWatcher>();
  /** By vhost, then component, then name. */
  readonly #values = new Map<string, Map<string, ByName>>();

  /** `commit`: has the store told of a change, and this one apply it. */
  constructor(commit: (change: ParameterChange) => void) {
    this.#commit = commit;
  }

  /** Has `watcher` make of each parameter of the component what follows from it, once it has changed. */
  watch(component: string, watcher: ParameterWatcher): void {
    this.#watchers.set(component, watcher);
  }

  /** Undefined if there is none. */
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
    this.#commit({ op: 'put-parameter', record: { component, vhost, name, value: JSON.stringify(value) } });
  }

  /** Returns false if there was none. */
  delete(component: string, vhost: string, name: string): boolean {
    if (this.#values.get(vhost)?.get(component)?.has(name) !== true) return false;
    this.#commit({ op: 'delete-parameter', component, vhost, name });
    return true;
  }

  /** Takes what happened, whoever did it. */
  apply(change: ParameterChange): void {
    if (change.op === 'delete-vhost') {
      this.#values.delete(change.name);
    } else if (change.op === 'put-parameter') {
      const { component, vhost, name, value: json } = change.record;
      const value: unknown = JSON.parse(json);
      this.#component(component, vhost).set(name, value);
      this.#watchers.get(component)?.(vhost, name, value);
    } else {
      const { component, vhost, name } = change;
      this.#values.get(vhost)?.get(component)?.delete(name);
      this.#watchers.get(component)?.(vhost, name, undefined);
    }
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
