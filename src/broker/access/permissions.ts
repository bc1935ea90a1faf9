/** What one user may do in one vhost: by names of exchanges and queues, and by routing keys of topic exchanges. */
import type { PermissionRecord } from '../../store/stored-records.ts';
import { ChangeError } from '../arguments/change-error.ts';
import { compilePattern } from './pattern.ts';
import type { PatternMatcher } from './pattern-matcher.ts';

export type Operation = 'configure' | 'write' | 'read';

/** Answers remembered for each pattern before all are forgotten. */
const ANSWERS_KEPT = 1000;

/** A pattern with the answers it gave: a client asks for the same names again and again. */
class RememberingPattern {
  readonly #matcher: PatternMatcher;
  readonly #pattern: RegExp;
  readonly #answers = new Map<string, boolean>();

  /** Throws ChangeError if it is no regular expression. */
  constructor(pattern: string, matcher: PatternMatcher) {
    this.#matcher = matcher;
    this.#pattern = anchorEmpty(pattern);
  }

  matches(text: string): boolean {
    let answer = this.#answers.get(text);
    if (answer === undefined) {
      answer = this.#matcher.matches(this.#pattern, text);
      if (this.#answers.size >= ANSWERS_KEPT) this.#answers.clear();
      this.#answers.set(text, answer);
    }
    return answer;
  }
}

export class Permission {
  readonly record: PermissionRecord;
  readonly #patterns: Readonly<Record<Operation, RememberingPattern>>;

  /** Throws ChangeError if one of the three is no regular expression. */
  constructor(record: PermissionRecord, matcher: PatternMatcher) {
    this.record = record;
    const { configure, write, read } = record;
    this.#patterns = {
      configure: new RememberingPattern(configure, matcher),
      write: new RememberingPattern(write, matcher),
      read: new RememberingPattern(read, matcher),
    };
  }

  allows(operation: Operation, resource: string): boolean {
    return this.#patterns[operation].matches(resource);
  }
}

/** RabbitMQ: Access Control, "Topic Authorisation". If a user has none for an exchange, any routing key will do. */
export interface TopicPermissionRecord {
  readonly user: string;
  readonly vhost: string;
  readonly exchange: string;
  /** Regular expressions; {username} and {vhost} in them stand for the names of the user and the vhost. */
  readonly write: string;
  readonly read: string;
}

export class TopicPermission {
  readonly record: TopicPermissionRecord;
  readonly #patterns: Readonly<Record<'write' | 'read', RememberingPattern>>;

  /** Throws ChangeError if one of the two is no regular expression. */
  constructor(record: TopicPermissionRecord, matcher: PatternMatcher) {
    this.record = record;
    const compile = (pattern: string) => new RememberingPattern(expand(pattern, record), matcher);
    this.#patterns = { write: compile(record.write), read: compile(record.read) };
  }

  allows(operation: 'write' | 'read', routingKey: string): boolean {
    return this.#patterns[operation].matches(routingKey);
  }
}

/** Names stand for themselves in the pattern: a user named `.*` gains nothing by it. */
function expand(pattern: string, { user, vhost }: TopicPermissionRecord): string {
  const literally = (name: string) => name.replace(/[.*+?^${}()|[\]\\/]/g, '\\$&');
  return pattern.replaceAll('{username}', () => literally(user)).replaceAll('{vhost}', () => literally(vhost));
}

/** An empty pattern allows nothing, not everything: RabbitMQ reads it as `^$`. */
function anchorEmpty(pattern: string): RegExp {
  try {
    return compilePattern(pattern === '' ? '^$' : pattern);
  } catch (error) {
    throw new ChangeError('invalid', `regular expression '${pattern}' is invalid: ${(error as Error).message}`);
  }
}
