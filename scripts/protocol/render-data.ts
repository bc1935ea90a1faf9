/**
 * Renders the generated files that hold data and types only: constants, reply codes and method types.
 */
import {
  allMethods,
  camelCase,
  constantCase,
  hex,
  isReceivedBy,
  typeOfField,
  type ElementaryType,
  type NamedMethod,
  type Peer,
  type Specification,
} from './specification.ts';

export function renderConstants(specification: Specification): string {
  const lines = [
    '/** Numbers of the protocol: frame types, classes, methods and the property flags of class basic. */',
    '',
  ];
  for (const { name, value } of specification.constants) {
    lines.push(`export const ${constantCase(name)} = ${value};`);
  }
  lines.push('');
  for (const { name, id } of specification.classes) lines.push(`export const CLASS_${constantCase(name)} = ${id};`);
  lines.push('', '/* Methods: class id in the upper 16 bits, method id in the lower, as a method frame starts. */');
  for (const method of allMethods(specification)) {
    const name = constantCase(method.fullName);
    lines.push(`export const ${name} = ${hex(method.key, 8)}; // ${method.classSpec.id}, ${method.id}`);
  }
  for (const { name: className, properties } of specification.classes) {
    if (properties === undefined) continue;
    lines.push(
      '',
      `/* Property flags of class ${className}: which values follow in a content header, in this order. */`,
    );
    properties.forEach(({ name }, index) => {
      lines.push(`export const PROPERTY_${constantCase(name)} = ${hex(0x8000 >> index, 4)};`);
    });
  }
  return lines.join('\n');
}

export function renderReplyCodes(specification: Specification): string {
  const rows = specification.replyCodes.map(
    ({ name, code, severity }) => `  ${constantCase(name)}: { code: ${code}, hard: ${severity === 'hard'} },`,
  );
  return [
    "/** Reply codes by RabbitMQ's names for them. A hard error closes the connection, a soft one its channel. */",
    'export const REPLY_CODES = {',
    ...rows,
    '} as const;',
    '',
    'export type ReplyName = keyof typeof REPLY_CODES;',
  ].join('\n');
}

const TYPESCRIPT_TYPES: Readonly<Record<ElementaryType, string>> = {
  bit: 'boolean',
  octet: 'number',
  short: 'number',
  long: 'number',
  longlong: 'number',
  shortstr: 'string',
  longstr: 'Buffer',
  timestamp: 'number',
  table: 'FieldTable',
};

export function renderMethods(specification: Specification): string {
  const methods = allMethods(specification);
  return [
    '/** Every method as a type, told apart by `name`. Reserved fields are left out: they are sent as zero and ignored. */',
    "import type { FieldTable } from '../field-table.ts';",
    '',
    ...methods.map((method) => renderInterface(specification, method)),
    '/** What a server may receive. */',
    renderUnion('ClientMethod', methods, 'server'),
    '/** What a server may send. */',
    renderUnion('ServerMethod', methods, 'client'),
    'export type Method = ClientMethod | ServerMethod;',
    "export type MethodName = Method['name'];",
    '',
    'export type MethodByName = { readonly [M in Method as M["name"]]: M };',
    '',
    '/** Class and method id of each method. */',
    'export const METHOD_IDS: Readonly<Record<MethodName, { readonly classId: number; readonly methodId: number }>> = {',
    ...methods.map(({ fullName, classSpec, id }) => `  '${fullName}': { classId: ${classSpec.id}, methodId: ${id} },`),
    '};',
    '',
    '/** Methods that a content header and a body follow. */',
    'export const METHODS_WITH_CONTENT: ReadonlySet<MethodName> = new Set<MethodName>([',
    ...methods.filter(({ content }) => content).map(({ fullName }) => `  '${fullName}',`),
    ']);',
  ].join('\n');
}

function renderInterface(specification: Specification, method: NamedMethod): string {
  const remarks = [`Class ${method.classSpec.id}, method ${method.id}.`];
  if (method.extension ?? method.classSpec.extension) remarks.push("RabbitMQ's extension.");
  if (method.replies) remarks.push(`Answered by ${method.replies.join(' or ')}.`);
  const fields = method.fields
    .filter(({ reserved }) => !reserved)
    .map((field) => `  readonly ${camelCase(field.name)}: ${TYPESCRIPT_TYPES[typeOfField(specification, field)]};`);
  return [
    `/** ${remarks.join(' ')} */`,
    `export interface ${method.typeName} {`,
    `  readonly name: '${method.fullName}';`,
    ...fields,
    '}',
    '',
  ].join('\n');
}

function renderUnion(name: string, methods: readonly NamedMethod[], receiver: Peer): string {
  const members = methods.filter((method) => isReceivedBy(method, receiver)).map(({ typeName }) => `  | ${typeName}`);
  return `export type ${name} =\n${members.join('\n')};\n`;
}
