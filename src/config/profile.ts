/**
 * What the versions of RabbitMQ do differently, as far as clients see it: one table. Whoever asks a rule of it has a row in
 * spec/conformance.json, `profile/...`.
 */

/** In their order. */
export const PROFILES = ['3.13', '4.0', '4.1', '4.2', '4.3', '4.4'] as const;
export type Profile = (typeof PROFILES)[number];

/** What a version takes and a later one does not, with the first that refuses it. The first three names are RabbitMQ's (Deprecated Features), which has none for the others. */
const REFUSED_SINCE = {
  /** Queues that are neither durable nor exclusive. */
  transient_nonexcl_queues: '4.3',
  /** basic.qos for a whole channel: it is taken for one of each consumer. */
  global_qos: '4.3',
  /** The argument x-queue-master-locator. */
  queue_master_locator: '4.3',
  /** The argument x-queue-mode, of any value. */
  queue_mode: '4.3',
  /** The argument x-queue-version of 1. */
  classic_queue_v1: '4.3',
  /** A client that asks for smaller frames. */
  frame_max_below_8192: '4.1',
} as const satisfies Readonly<Record<string, Profile>>;

export type DeprecatedFeature = keyof typeof REFUSED_SINCE;
export const DEPRECATED_FEATURES = Object.keys(REFUSED_SINCE) as DeprecatedFeature[];

/** From the version that is named first on. */
type Since<Value> = readonly (readonly [Profile, Value])[];

const MiB = 1024 * 1024;

const RULES = {
  /** What clients are told. */
  productVersion: [
    ['3.13', '3.13.7'],
    ['4.0', '4.0.9'],
    ['4.1', '4.1.8'],
    ['4.2', '4.2.5'],
    ['4.3', '4.3.5'],
    ['4.4', '4.4.1'],
  ],
  /** Largest message, unless an option says another. */
  maxMessageSize: [
    ['3.13', 128 * MiB],
    ['4.0', 16 * MiB],
  ],
  /** SASL mechanisms that clients are offered, unless an option says others. */
  authMechanisms: [
    ['3.13', ['AMQPLAIN', 'PLAIN']],
    ['4.0', ['AMQPLAIN', 'ANONYMOUS', 'PLAIN']],
  ],
  /** Of a quorum queue that names none; undefined is none. */
  deliveryLimit: [
    ['3.13', undefined],
    ['4.0', 20],
  ],
  /** The highest priority that a quorum queue knows; 0 if it knows none. */
  quorumPriorities: [
    ['3.13', 0],
    ['4.3', 31],
  ],
  /** Deliveries of classic queues and streams time out too. */
  allDeliveriesTimeOut: [
    ['3.13', true],
    ['4.3', false],
  ],
  /** What comes back to a quorum queue by basic.nack counts for its delivery limit, as what is rejected does. */
  returnsCount: [
    ['3.13', true],
    ['4.3', false],
  ],
  /** A delivery that waits too long goes back, and its consumer is cancelled, if the client knows of that; else its channel is closed. */
  timeoutsCancel: [
    ['3.13', false],
    ['4.3', true],
  ],
} as const satisfies Readonly<Record<string, Since<unknown>>>;

type RuleName = keyof typeof RULES;
export type RuleValues = { readonly [Name in RuleName]: (typeof RULES)[Name][number][1] };

export class VersionRules {
  readonly #profile: Profile;
  readonly #permitted: readonly string[];
  readonly #denied: readonly string[];
  readonly values: RuleValues;

  /** `permitted`: features that are taken whatever the version says; `denied`: the other way round. */
  constructor(profile: Profile, permitted: readonly string[] = [], denied: readonly string[] = []) {
    this.#profile = profile;
    this.#permitted = permitted;
    this.#denied = denied;
    this.values = valuesOf(profile);
  }

  permits(feature: DeprecatedFeature): boolean {
    if (this.#denied.includes(feature)) return false;
    return this.#permitted.includes(feature) || !isFrom(this.#profile, REFUSED_SINCE[feature]);
  }
}

/** What holds if nobody names a version: all that RabbitMQ 3.13 takes. */
export const LENIENT_RULES = new VersionRules('3.13');

/** The first version that does not take the feature by itself. */
export function refusedSince(feature: DeprecatedFeature): Profile {
  return REFUSED_SINCE[feature];
}

export function valuesOf(profile: Profile): RuleValues {
  const entries = Object.entries(RULES).map(([name, steps]) => [
    name,
    steps.findLast(([since]) => isFrom(profile, since))![1],
  ]);
  return Object.fromEntries(entries) as RuleValues;
}

function isFrom(profile: Profile, since: Profile): boolean {
  return PROFILES.indexOf(profile) >= PROFILES.indexOf(since);
}
