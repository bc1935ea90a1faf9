/** Why the broker takes no publishes for now (RabbitMQ: Memory and Disk Alarms). */

export type Resource = 'memory' | 'disk';

export class Alarms {
  readonly #low = new Set<Resource>();
  readonly #listeners: (() => void)[] = [];
  #reason: string | undefined;

  /** As connection.blocked puts it, for example `low on disk`; undefined while all is well. */
  get alarm(): string | undefined {
    return this.#reason;
  }

  set(resource: Resource, low: boolean): void {
    if (this.#low.has(resource) === low) return;
    if (low) this.#low.add(resource);
    else this.#low.delete(resource);
    const reasons = [...this.#low].sort().reverse();
    this.#reason = reasons.length === 0 ? undefined : reasons.map((name) => `low on ${name}`).join(' & ');
    if (this.#reason === undefined) for (const listener of this.#listeners) listener();
  }

  /** Called when the last reason is gone. */
  onCleared(listener: () => void): void {
    this.#listeners.push(listener);
  }
}
