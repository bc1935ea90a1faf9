/** What counts for a queue or an exchange when its arguments, a policy and an operator policy speak of it. */
import { toFieldValue, fromFieldValue } from '../../codec/field-table.ts';
import type { FieldTable, FieldValue } from '../../protocol/field-table.ts';
import { POLICY_KEYS } from './keys.ts';

type Definition = Readonly<Record<string, unknown>>;

const NONE: Definition = {};

/** The policy's settings and the operator's; if both have one, the key's rule decides. */
export function mergeDefinitions(policy: Definition = NONE, operator: Definition = NONE): Definition {
  const merged: Record<string, unknown> = { ...policy };
  for (const [key, value] of Object.entries(operator)) {
    const merge = POLICY_KEYS.get(key)?.operator;
    merged[key] = key in policy && merge !== undefined ? merge(policy[key], value) : value;
  }
  return merged;
}

/**
 * Arguments as if all had been declared: those of the declaration, completed and bounded by the definition. A queue's
 * setting `message-ttl` is its argument `x-message-ttl`; an exchange's settings have no prefix.
 */
export function withDefinition(kind: 'queue' | 'exchange', args: FieldTable, definition: Definition): FieldTable {
  const settings = new Map<string, FieldValue>(args);
  for (const [key, value] of Object.entries(definition)) {
    const argument = kind === 'queue' ? `x-${key}` : key;
    const declared = args.get(argument);
    if (declared === undefined) settings.set(argument, toFieldValue(value));
    else {
      const plain = fromFieldValue(declared);
      if (POLICY_KEYS.get(key)?.argument?.(value, plain) === value && value !== plain) {
        settings.set(argument, toFieldValue(value));
      }
    }
  }
  return settings;
}
