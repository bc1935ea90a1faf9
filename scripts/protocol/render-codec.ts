/**
 * Renders the method codec: one reader and one writer a method, chosen by a switch.
 */
import {
  allMethods,
  camelCase,
  constantCase,
  hex,
  wireLayout,
  type ElementaryType,
  type FieldSpec,
  type NamedMethod,
  type Specification,
} from './specification.ts';

type WholeType = Exclude<ElementaryType, 'bit'>;

/** Method of ByteReader and ByteWriter for each type, and the zero that a reserved field is written as. */
const ACCESSORS: Readonly<Record<WholeType, { readonly name: string; readonly zero: string }>> = {
  octet: { name: 'u8', zero: '0' },
  short: { name: 'u16', zero: '0' },
  long: { name: 'u32', zero: '0' },
  longlong: { name: 'u64', zero: '0' },
  shortstr: { name: 'shortstr', zero: "''" },
  longstr: { name: 'longstr', zero: "''" },
  timestamp: { name: 'u64', zero: '0' },
  table: { name: 'table', zero: 'EMPTY_TABLE' },
};

export function renderCodec(specification: Specification): string {
  const methods = allMethods(specification);
  // A method without fields is read and written in place and its type is never named.
  const typeNames = methods.filter(({ fields }) => fields.length > 0).map(({ typeName }) => typeName);
  return [
    '/** Methods from and to the payload of method frames (specification section 4.2.4). */',
    "import { ByteReader, TruncatedError } from '../../codec/byte-reader.ts';",
    "import type { ByteWriter } from '../../codec/byte-writer.ts';",
    "import * as constants from '../../protocol/generated/constants.ts';",
    `import type { Method, ${typeNames.join(', ')} } from '../../protocol/generated/methods.ts';`,
    "import { undecodableMethod, unknownMethod } from '../method-errors.ts';",
    '',
    '/**',
    ' * The method in `payload` from `start` (its class id) up to `end`. Longstr fields are copies: `payload` may be read into again.',
    ' * Throws AmqpError FRAME_ERROR where the arguments are cut short or too long, COMMAND_INVALID for an unknown method.',
    ' */',
    'export function decodeMethod(payload: Buffer, start: number, end: number): Method {',
    '  const reader = new ByteReader(payload, start, end);',
    '  try {',
    '    const method = readMethod(reader);',
    '    if (reader.remaining === 0) return method;',
    '  } catch (error) {',
    '    if (!(error instanceof TruncatedError)) throw error;',
    '  }',
    '  throw undecodableMethod(payload, start, end);',
    '}',
    '',
    'function readMethod(reader: ByteReader): Method {',
    '  const key = reader.u32();',
    '  switch (key) {',
    ...methods.flatMap((method) => [
      `case constants.${constantCase(method.fullName)}:`,
      `return ${renderReadCall(method)};`,
    ]),
    '    default: throw unknownMethod(key);',
    '  }',
    '}',
    '',
    '/** Appends class id, method id and arguments. Throws RangeError for a value that its field cannot hold. */',
    'export function encodeMethod(out: ByteWriter, method: Method): void {',
    '  switch (method.name) {',
    ...methods.flatMap((method) => [`case '${method.fullName}':`, `return ${renderWriteCall(method)};`]),
    '  }',
    '}',
    '',
    ...methods
      .filter(({ fields }) => fields.length > 0)
      .flatMap((method) => [renderReader(specification, method), renderWriter(specification, method)]),
  ].join('\n');
}

function renderReadCall({ fields, fullName, typeName }: NamedMethod): string {
  return fields.length > 0 ? `read${typeName}(reader)` : `{ name: '${fullName}' }`;
}

function renderWriteCall({ fields, fullName, typeName }: NamedMethod): string {
  return fields.length > 0 ? `write${typeName}(out, method)` : `out.u32(constants.${constantCase(fullName)})`;
}

function renderReader(specification: Specification, method: NamedMethod): string {
  const statements: string[] = [];
  const properties = [`name: '${method.fullName}'`];
  let octets = 0;
  for (const item of wireLayout(specification, method.fields)) {
    if (item.kind === 'field') {
      const { name } = ACCESSORS[item.type];
      if (item.field.reserved) {
        statements.push(`reader.${name}();`);
      } else {
        statements.push(`const ${localName(item.field)} = reader.${name}();`);
        properties.push(property(item.field, localName(item.field)));
      }
      continue;
    }
    const octet = octets++ === 0 ? 'bits' : `bits${octets}`;
    const used = item.bits.some(({ reserved }) => !reserved);
    statements.push(used ? `const ${octet} = reader.u8();` : 'reader.u8();');
    item.bits.forEach((bit, index) => {
      if (!bit.reserved) properties.push(property(bit, `(${octet} & ${hex(1 << index, 2)}) !== 0`));
    });
  }
  return [
    `function read${method.typeName}(reader: ByteReader): ${method.typeName} {`,
    ...statements,
    `return { ${properties.join(', ')} };`,
    '}',
    '',
  ].join('\n');
}

function renderWriter(specification: Specification, method: NamedMethod): string {
  const statements = wireLayout(specification, method.fields).map((item) => {
    if (item.kind === 'field') {
      const { name, zero } = ACCESSORS[item.type];
      return `out.${name}(${item.field.reserved ? zero : `method.${camelCase(item.field.name)}`});`;
    }
    const bits = item.bits.flatMap((bit, index) =>
      bit.reserved ? [] : [`(method.${camelCase(bit.name)} ? ${hex(1 << index, 2)} : 0)`],
    );
    return `out.u8(${bits.join(' | ') || '0'});`;
  });
  const unused = method.fields.every(({ reserved }) => reserved);
  return [
    `function write${method.typeName}(out: ByteWriter, ${unused ? '_method' : 'method'}: ${method.typeName}): void {`,
    `out.u32(constants.${constantCase(method.fullName)});`,
    ...statements,
    '}',
    '',
  ].join('\n');
}

function property(field: FieldSpec, value: string): string {
  const name = camelCase(field.name);
  return name === value ? name : `${name}: ${value}`;
}

/** `arguments` cannot name a variable in a module. */
function localName(field: FieldSpec): string {
  return field.name === 'arguments' ? 'argumentTable' : camelCase(field.name);
}
