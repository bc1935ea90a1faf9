/** Why the broker takes no publishes for now (RabbitMQ: Memory and Disk Alarms). */

export type Resource = 'memory' | 'disk';

/** In the order in which connection.blocked names them. */
const RESOURCES: readonly Resource[] = ['memory', 'disk'];

export class Alarms {
  readonly #causes: Readonly<Record<Resource, Set<string>>> = { memory: new Set(), disk: new Set() };
  readonly #clearedListeners: (() => void)[] = [];
  readonly #changeListeners = new Set<() => void>();
  #reason: string | undefined;

  /** As connection.blocked puts it, for example `low on disk`; undefined while all is well. */
  get alarm(): string | undefined {
    return this.#reason;
  }

  isLow(resource: Resource): boolean {
    return this.#causes[resource].size > 0;
  }

  /** A resource is low for as long as one of its causes says so; `cause` names one of several. */
  set(resource: Resource, low: boolean, cause = ''): void {
    const causes = this.#causes[resource];
    if (causes.has(cause) === low) return;
    if (low) causes.add(cause);
    else causes.delete(cause);
    const before = this.#reason;
    const reasons = RESOURCES.filter((name) => this.#causes[name].size > 0);
    this.#reason = reasons.length === 0 ? undefined : reasons.map((name) => `low on ${name}`).join(' & ');
    if (this.#reason === undefined) for (const listener of this.#clearedListeners) listener();
    if (this.#reason !== before) for (const listener of this.#changeListeners) listener();
  }

  /** Called when the last reason is gone. */
  onCleared(listener: () => void): void {
    this.#clearedListeners.push(listener);
  }

  /** Called when another resource is low, or one is no more. Returns what ends that. */
  onChange(listener: () => void): () => void {
    this.#changeListeners.add(listener);
    return () => void this.#changeListeners.delete(listener);
  }
}
