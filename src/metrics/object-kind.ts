/** Objects of one kind, of which there may be very many: what metrics tell of each of them, or of all together. */
import type { ManagementContext } from '../management/context.ts';
import { eachInSlices } from '../management/http/slices.ts';
import { heading, type Metric, metricLines, sampleLine } from './exposition.ts';
import type { BrokerMoment } from './moment.ts';

/** A figure of this moment: that of all objects is the sum of theirs. */
interface ObjectGauge<Subject> extends Metric {
  readonly type: 'gauge';
  readonly of: (subject: Subject) => number;
}

/** Something counted: of all objects there are sums that do not fall when one of them goes. */
interface ObjectCounter<Counters> extends Metric {
  readonly type: 'counter';
  readonly of: (counters: Counters) => number;
}

/** What is asked for together at `/metrics/detailed`. */
export interface ObjectFamily<Subject, Counters> {
  readonly family: string;
  readonly prefix?: Prefix;
  /** Label pairs of an object, as text. */
  readonly labels: (subject: Subject) => string;
  readonly gauges?: readonly ObjectGauge<Subject>[];
  readonly counters?: readonly ObjectCounter<Counters>[];
  /** Families that say the same: with one of them this one is left out. */
  readonly partOf?: readonly string[];
  /** It says nothing of all objects together. */
  readonly eachOnly?: true;
  /** Whether it tells of an object; undefined: of all. */
  readonly tellsOf?: (subject: Subject) => boolean;
}

export type Prefix = 'rabbitmq_' | 'rabbitmq_cluster_' | 'leveret_';

/** What a detailed scrape asks for. */
export interface Selection {
  readonly families: ReadonlySet<string>;
  /** Names of vhosts; undefined: all. */
  readonly vhosts: ReadonlySet<string> | undefined;
}

interface KindOptions<Subject, Counters> {
  /** `vhosts`: names of those whose objects are wanted; undefined: all. */
  readonly subjects: (context: ManagementContext, vhosts?: ReadonlySet<string>) => Iterable<Subject>;
  readonly counters: (subject: Subject) => Counters;
  readonly totals: (moment: BrokerMoment) => Counters;
  readonly families: readonly ObjectFamily<Subject, Counters>[];
}

/** Of each gauge, that of all objects together. */
export type GaugeSums = ReadonlyMap<Metric, number>;

export class ObjectKind<Subject, Counters> {
  readonly #options: KindOptions<Subject, Counters>;

  constructor(options: KindOptions<Subject, Counters>) {
    this.#options = options;
  }

  /** Adds up the gauges, in slices of time. */
  async sums(context: ManagementContext): Promise<GaugeSums> {
    const gauges = this.#options.families.flatMap(({ gauges = [], eachOnly }) => (eachOnly === true ? [] : gauges));
    const sums = new Array<number>(gauges.length).fill(0);
    await eachInSlices(this.#options.subjects(context), (subject) => {
      for (let i = 0; i < gauges.length; i++) sums[i] += gauges[i].of(subject);
    });
    return new Map(gauges.map((gauge, index) => [gauge, sums[index]]));
  }

  /** The lines of all objects together. */
  *together(moment: BrokerMoment, sums: GaugeSums): Generator<string> {
    const totals = this.#options.totals(moment);
    for (const { prefix = 'rabbitmq_', gauges = [], counters = [], partOf, eachOnly } of this.#options.families) {
      if (partOf !== undefined || eachOnly === true) continue;
      for (const gauge of gauges) yield* metricLines(prefix, gauge, [{ labels: '', value: sums.get(gauge)! }]);
      for (const counter of counters) yield* metricLines(prefix, counter, [{ labels: '', value: counter.of(totals) }]);
    }
  }

  /** The lines of each object. Without a selection: all there are, under the names that those of all together have. */
  *each(context: ManagementContext, selection?: Selection): Generator<string> {
    const families = this.#options.families.filter((family) => isSelected(family, selection));
    if (families.length === 0) return;
    // None may come twice, nor one of its figures without the others, whatever comes and goes while a client is slow to take them.
    const subjects = [...this.#options.subjects(context, selection?.vhosts)];
    for (const family of families) {
      const { prefix = 'rabbitmq_', gauges = [], counters = [] } = family;
      const namespace = selection === undefined ? prefix : detailed(prefix);
      for (const gauge of gauges) yield* eachLines(namespace, gauge, family, subjects, gauge.of);
      for (const counter of counters) {
        const of = (subject: Subject): number => counter.of(this.#options.counters(subject));
        yield* eachLines(namespace, counter, family, subjects, of);
      }
    }
  }
}

function* eachLines<Subject>(
  prefix: string,
  metric: Metric,
  { labels, tellsOf }: Pick<ObjectFamily<Subject, never>, 'labels' | 'tellsOf'>,
  subjects: readonly Subject[],
  of: (subject: Subject) => number,
): Generator<string> {
  const name = prefix + metric.name;
  yield heading(name, metric);
  for (const subject of subjects) {
    if (tellsOf?.(subject) !== false) yield sampleLine(name, labels(subject), of(subject));
  }
}

function isSelected(
  { family, prefix, partOf = [] }: Pick<ObjectFamily<never, never>, 'family' | 'prefix' | 'partOf'>,
  selection: Selection | undefined,
): boolean {
  if (selection === undefined) return partOf.length === 0 && prefix !== 'rabbitmq_cluster_';
  return selection.families.has(family) && !partOf.some((other) => selection.families.has(other));
}

/** RabbitMQ names them apart, so that who scrapes both has none twice. */
export function detailed(prefix: Prefix): string {
  return prefix === 'rabbitmq_cluster_' ? prefix : `${prefix}detailed_`;
}

export function gauge<Subject>(name: string, help: string, of: (subject: Subject) => number): ObjectGauge<Subject> {
  return { type: 'gauge', name, help, of };
}

export function counter<Counters>(
  name: string,
  help: string,
  of: (counters: Counters) => number,
): ObjectCounter<Counters> {
  return { type: 'counter', name, help, of };
}
