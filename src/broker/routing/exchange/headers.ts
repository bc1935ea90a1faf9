/**
 * The headers exchange: a binding's arguments are compared with the message's headers (AMQP 0-9-1 section 3.1.3.4), with
 * RabbitMQ's four kinds of `x-match`.
 */
import { AmqpError } from '../../../protocol/amqp-error.ts';
import type { FieldTable, FieldValue } from '../../../protocol/field-table.ts';
import { sameValue } from '../../arguments/field-equality.ts';
import { printFieldValue } from '../../arguments/print.ts';
import type { Binding, BindingIdentity } from './binding.ts';
import { Exchange } from './exchange.ts';
import type { RoutedMessage } from './routed-message.ts';

type MatchKind = 'all' | 'any' | 'all-with-x' | 'any-with-x';

interface Matcher {
  readonly kind: MatchKind;
  /** What is compared: without `x-match`, and without other `x-` fields unless the kind says so. */
  readonly fields: readonly (readonly [string, FieldValue])[];
}

export class HeadersExchange extends Exchange {
  readonly type = 'headers';
  override readonly perMessage = true;
  readonly #matchers = new Map<Binding, Matcher>();

  override validateBinding(binding: BindingIdentity): void {
    matchKind(binding.arguments);
  }

  match(message: RoutedMessage, found: (binding: Binding) => void): void {
    for (const [binding, matcher] of this.#matchers) if (matches(matcher, message.headers)) found(binding);
  }

  protected added(binding: Binding): void {
    const kind = matchKind(binding.arguments);
    const withX = kind.endsWith('-with-x');
    const fields = [...binding.arguments].filter(([name]) => name !== 'x-match' && (withX || !name.startsWith('x-')));
    this.#matchers.set(binding, { kind, fields });
  }

  protected removed(binding: Binding): void {
    this.#matchers.delete(binding);
  }

  protected emptied(): void {
    this.#matchers.clear();
  }
}

function matches({ kind, fields }: Matcher, headers: FieldTable): boolean {
  const test = ([name, wanted]: readonly [string, FieldValue]): boolean => {
    const value = headers.get(name);
    return value !== undefined && (wanted.type === 'void' || sameValue(wanted, value));
  };
  return kind === 'all' || kind === 'all-with-x' ? fields.every(test) : fields.some(test);
}

function matchKind(args: FieldTable): MatchKind {
  const field = args.get('x-match');
  if (field === undefined) return 'all';
  if (field.type !== 'longstr') {
    const value = printFieldValue(field);
    throw new AmqpError(
      'PRECONDITION_FAILED',
      `Invalid x-match field type ${field.type} (value ${value}); expected longstr`,
    );
  }
  const kind = field.value.toString();
  if (kind === 'all' || kind === 'any' || kind === 'all-with-x' || kind === 'any-with-x') return kind;
  throw new AmqpError(
    'PRECONDITION_FAILED',
    `Invalid x-match field value ${printFieldValue(field)}; expected all, any, all-with-x, or any-with-x`,
  );
}
