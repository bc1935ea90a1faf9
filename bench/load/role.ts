/** What a load thread does, and how it and the thread that leads it talk. */

/** Sends messages. */
export interface PublisherSpec {
  readonly kind: 'publisher';
  readonly exchange: string;
  /** Used in turn. */
  readonly routingKeys: readonly string[];
  /** Headers of each message, used in turn like the routing keys. None by default. */
  readonly headers?: readonly Readonly<Record<string, unknown>>[];
  /** Bytes of a body: at least 4, or 12 at a given rate. */
  readonly size: number;
  readonly persistent: boolean;
  /** Most messages unconfirmed; 0 publishes without confirms. */
  readonly unconfirmed: number;
  /** Messages a second, each with its time of sending in the body; 0 is as fast as the broker takes them. */
  readonly rate: number;
  /** Stops after so many; 0 goes on until told. */
  readonly count: number;
}

/** Takes messages. */
export interface ConsumerSpec {
  readonly kind: 'consumer';
  readonly queues: readonly string[];
  readonly autoAck: boolean;
  /** 0 is without limit. */
  readonly prefetch: number;
  /** Messages an acknowledgement: 1 acknowledges each by itself, 0 all that one read brought by one `multiple`. */
  readonly ackEvery: number;
  /** Bytes that each body must have. */
  readonly size: number;
  /** Bodies tell when they were sent: note how long they took. */
  readonly timed: boolean;
}

/** Asks by direct reply-to, one request at a time, and times the answers. */
export interface RequesterSpec {
  readonly kind: 'requester';
  readonly queue: string;
  readonly size: number;
}

/** Answers what requesters ask. */
export interface ResponderSpec {
  readonly kind: 'responder';
  readonly queue: string;
}

/** Many connections in one thread, each with a queue of its own through which it keeps messages going. */
export interface CrowdSpec {
  readonly kind: 'crowd';
  readonly connections: number;
  /** Messages of each connection that go round. */
  readonly messages: number;
  readonly queue: string;
  readonly size: number;
}

/** amqplib with a confirm channel, at most `unconfirmed` messages out. */
export interface AmqplibPublisherSpec {
  readonly kind: 'amqplib publisher';
  readonly queue: string;
  readonly size: number;
  readonly persistent: boolean;
  readonly unconfirmed: number;
}

/** amqplib acknowledging each message. */
export interface AmqplibConsumerSpec {
  readonly kind: 'amqplib consumer';
  readonly queue: string;
  /** Bytes that each body must have. */
  readonly size: number;
  readonly prefetch: number;
}

export type RoleSpec =
  PublisherSpec | ConsumerSpec | RequesterSpec | ResponderSpec | CrowdSpec | AmqplibPublisherSpec | AmqplibConsumerSpec;

/** A role at work. Everything is ready when it exists. */
export interface Role {
  start(): void;
  /** The measured stretch begins: what was timed until now does not count. */
  measure?(): void;
  /** Sends nothing new; resolves when the broker has taken, and where that was asked confirmed, what was sent. */
  stop(): Promise<void>;
  /** Ends the connection. */
  end(): Promise<void>;
  /** Microseconds of each message that was timed since `measure`. */
  readonly times?: Uint32Array;
}

/** Counts of one thread, in memory that the leading thread reads while it runs. */
export class Counters {
  readonly memory: SharedArrayBuffer;
  readonly #counts: Float64Array;

  constructor(memory = new SharedArrayBuffer(24)) {
    this.memory = memory;
    this.#counts = new Float64Array(memory);
  }

  get published(): number {
    return this.#counts[0];
  }

  set published(count: number) {
    this.#counts[0] = count;
  }

  get confirmed(): number {
    return this.#counts[1];
  }

  set confirmed(count: number) {
    this.#counts[1] = count;
  }

  get consumed(): number {
    return this.#counts[2];
  }

  set consumed(count: number) {
    this.#counts[2] = count;
  }
}

export interface ThreadData {
  readonly url: string;
  readonly spec: RoleSpec;
  readonly counters: SharedArrayBuffer;
}

export type ToThread = 'start' | 'measure' | 'stop' | 'end';

export type FromThread =
  | { readonly kind: 'ready' | 'stopped' }
  | { readonly kind: 'ended'; readonly times: Uint32Array | undefined }
  | { readonly kind: 'failed'; readonly reason: string };
