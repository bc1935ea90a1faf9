/** What one user may do in one vhost: by names of exchanges and queues, and by routing keys of topic exchanges. */
import type { PermissionRecord } from '../../store/records.ts';
import { matches } from './bounded-match.ts';
import { ChangeError } from '../arguments/change-error.ts';
import { compilePattern } from './pattern.ts';

export type Operation = 'configure' | 'write' | 'read';

/** Answers remembered for each permission before all are forgotten. */
const ANSWERS_KEPT = 1000;

export class Permission {
  readonly record: PermissionRecord;
  readonly #patterns: Readonly<Record<Operation, RegExp>>;
  readonly #answers = new Map<string, boolean>();

  /** Throws ChangeError where one of the three is no regular expression. */
  constructor(record: PermissionRecord) {
    this.record = record;
    const { configure, write, read } = record;
    this.#patterns = { configure: anchorEmpty(configure), write: anchorEmpty(write), read: anchorEmpty(read) };
  }

  allows(operation: Operation, resource: string): boolean {
    const question = `${operation} ${resource}`;
    let answer = this.#answers.get(question);
    if (answer === undefined) {
      answer = matches(this.#patterns[operation], resource);
      if (this.#answers.size >= ANSWERS_KEPT) this.#answers.clear();
      this.#answers.set(question, answer);
    }
    return answer;
  }
}

/** RabbitMQ: Access Control, "Topic Authorisation". Where a user has none for an exchange, any routing key will do. */
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
  readonly #patterns: Readonly<Record<'write' | 'read', RegExp>>;

  /** Throws ChangeError where one of the two is no regular expression. */
  constructor(record: TopicPermissionRecord) {
    this.record = record;
    const compile = (pattern: string): RegExp => anchorEmpty(expand(pattern, record));
    this.#patterns = { write: compile(record.write), read: compile(record.read) };
  }

  allows(operation: 'write' | 'read', routingKey: string): boolean {
    return matches(this.#patterns[operation], routingKey);
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
