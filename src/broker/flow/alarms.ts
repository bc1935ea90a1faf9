/**
 * Why the broker takes no publishes for now: memory or disk are short (RabbitMQ: Memory and Disk Alarms), or the store cannot commit. RabbitMQ has
 * no alarm for the latter, so that its clients and dashboards hear of it as of a disk that takes nothing; who knows Leveret is told the reason.
 */

export type Resource = 'memory' | 'disk';

/** In the order in which connection.blocked names them. */
const RESOURCES: readonly Resource[] = ['memory', 'disk'];

export class Alarms {
  readonly #causes: Readonly<Record<Resource, Set<string>>> = { memory: new Set(), disk: new Set() };
  readonly #clearedListeners: (() => void)[] = [];
  readonly #changeListeners = new Set<() => void>();
  #storeTrouble: string | undefined;
  #reason: string | undefined;

  /** As connection.blocked puts it, for example `low on disk`; undefined while all is well. */
  get alarm(): string | undefined {
    return this.#reason;
  }

  /** Why the store cannot commit; undefined if it can. */
  get storeTrouble(): string | undefined {
    return this.#storeTrouble;
  }

  set storeTrouble(reason: string | undefined) {
    if (reason === this.#storeTrouble) return;
    this.#storeTrouble = reason;
    this.#changed();
  }

  /** RabbitMQ's alarm of this name. */
  isRaised(resource: Resource): boolean {
    return this.#causes[resource].size > 0 || (resource === 'disk' && this.#storeTrouble !== undefined);
  }

  /** A resource is low for as long as one of its causes says so; `cause` names one of several. */
  set(resource: Resource, low: boolean, cause = ''): void {
    const causes = this.#causes[resource];
    if (causes.has(cause) === low) return;
    if (low) causes.add(cause);
    else causes.delete(cause);
    this.#changed();
  }

  /** Called when the last reason is gone. */
  onCleared(listener: () => void): void {
    this.#clearedListeners.push(listener);
  }

  /** Called when an alarm begins or ends, or has another cause. Returns what ends that. */
  onChange(listener: () => void): () => void {
    this.#changeListeners.add(listener);
    return () => void this.#changeListeners.delete(listener);
  }

  #changed(): void {
    const reasons = RESOURCES.filter((name) => this.isRaised(name));
    this.#reason = reasons.length === 0 ? undefined : reasons.map((name) => `low on ${name}`).join(' & ');
    if (this.#reason === undefined) for (const listener of this.#clearedListeners) listener();
    for (const listener of this.#changeListeners) listener();
  }
}
