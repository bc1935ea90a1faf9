/**
 * The shape of spec/amqp-0-9-1.json, and the names that the generated code gives to what is in it.
 */

export type ElementaryType =
  'bit' | 'octet' | 'short' | 'long' | 'longlong' | 'shortstr' | 'longstr' | 'timestamp' | 'table';

export interface FieldSpec {
  readonly name: string;
  readonly domain: string;
  /** Sent as zero or empty, ignored on receipt, absent from the types. */
  readonly reserved?: boolean;
  readonly extension?: string;
}

export interface MethodSpec {
  readonly name: string;
  readonly id: number;
  readonly receivers: readonly Peer[];
  readonly extensionReceivers?: readonly Peer[];
  readonly synchronous?: boolean;
  readonly content?: boolean;
  readonly deprecated?: boolean;
  readonly replies?: readonly string[];
  readonly extension?: string;
  readonly fields: readonly FieldSpec[];
}

export type Peer = 'client' | 'server';

export interface ClassSpec {
  readonly name: string;
  readonly id: number;
  readonly extension?: string;
  readonly methods: readonly MethodSpec[];
  readonly properties?: readonly FieldSpec[];
}

export interface Specification {
  readonly constants: readonly { readonly name: string; readonly value: number }[];
  readonly replyCodes: readonly { readonly name: string; readonly code: number; readonly severity?: 'soft' | 'hard' }[];
  readonly domains: Readonly<Record<string, ElementaryType>>;
  readonly classes: readonly ClassSpec[];
}

/** A method together with its class and the names used for it. */
export interface NamedMethod extends MethodSpec {
  readonly classSpec: ClassSpec;
  /** As in the specification, `queue.declare-ok`. */
  readonly fullName: string;
  /** Of its interface, `QueueDeclareOk`. */
  readonly typeName: string;
  /** Class and method number in one, as the first four bytes of a method frame's payload. */
  readonly key: number;
}

export function allMethods(specification: Specification): NamedMethod[] {
  return specification.classes.flatMap((classSpec) =>
    classSpec.methods.map((method) => ({
      ...method,
      classSpec,
      fullName: `${classSpec.name}.${method.name}`,
      typeName: pascalCase(`${classSpec.name}-${method.name}`),
      key: ((classSpec.id << 16) | method.id) >>> 0,
    })),
  );
}

export function isReceivedBy(method: MethodSpec, peer: Peer): boolean {
  return method.receivers.includes(peer) || (method.extensionReceivers?.includes(peer) ?? false);
}

export function typeOfField(specification: Specification, field: FieldSpec): ElementaryType {
  const type = specification.domains[field.domain];
  if (type === undefined) throw new Error(`field ${field.name} has the unknown domain ${field.domain}`);
  return type;
}

/** A run of neighbouring bits shares octets, eight to each, lowest bit first (specification section 4.2.5.2). */
export type WireItem =
  | { readonly kind: 'field'; readonly field: FieldSpec; readonly type: Exclude<ElementaryType, 'bit'> }
  | { readonly kind: 'octet of bits'; readonly bits: readonly FieldSpec[] };

export function wireLayout(specification: Specification, fields: readonly FieldSpec[]): WireItem[] {
  const items: WireItem[] = [];
  let bits: FieldSpec[] | undefined;
  for (const field of fields) {
    const type = typeOfField(specification, field);
    if (type !== 'bit') {
      bits = undefined;
      items.push({ kind: 'field', field, type });
    } else if (bits !== undefined && bits.length < 8) {
      bits.push(field);
    } else {
      bits = [field];
      items.push({ kind: 'octet of bits', bits });
    }
  }
  return items;
}

export function camelCase(name: string): string {
  return name.replace(/-(.)/g, (_, letter: string) => letter.toUpperCase());
}

export function pascalCase(name: string): string {
  return camelCase(`-${name}`);
}

export function constantCase(name: string): string {
  return name.replace(/[-.]/g, '_').toUpperCase();
}

export function hex(value: number, digits: number): string {
  return `0x${value.toString(16).padStart(digits, '0')}`;
}
