/**
 * JSON Schemas of what goes in and out of the API, from the shorter form of `spec/http-api-shapes.json`: a name, and its fields with what each is. A field
 * with `?` may be missing; `...` stands for more fields than those named. What a field is: a type of JSON, `any`, a text in quotes, another name,
 * each with `[]` for a list of them; `|` stands between alternatives, which a list has in brackets.
 */
import shapes from '../../../spec/http-api-shapes.json' with { type: 'json' };

type Schema = Readonly<Record<string, unknown>>;

const TYPES = ['string', 'number', 'integer', 'boolean', 'object', 'null'];

export const NAMED_SCHEMAS: Readonly<Record<string, Schema>> = Object.fromEntries(
  Object.entries<Readonly<Record<string, string>>>(shapes).map(([name, fields]) => [name, objectOf(fields)]),
);

export function schemaOf(text: string): Schema {
  const mixed = /^\((.*)\)\[\]$/.exec(text);
  if (mixed !== null) return { type: 'array', items: schemaOf(mixed[1]) };
  const alternatives = text.split(' | ');
  if (alternatives.length === 1) return schemaOfOne(text);
  if (alternatives.every(isLiteral)) return { enum: alternatives.map(literal) };
  return { anyOf: alternatives.map(schemaOfOne) };
}

function schemaOfOne(text: string): Schema {
  if (text.endsWith('[]')) return { type: 'array', items: schemaOfOne(text.slice(0, -'[]'.length)) };
  if (isLiteral(text)) return { const: literal(text) };
  if (text === 'any') return {};
  return TYPES.includes(text) ? { type: text } : { $ref: `#/components/schemas/${text}` };
}

function objectOf({ '...': more, ...fields }: Readonly<Record<string, string>>): Schema {
  const names = Object.keys(fields);
  const required = names.filter((name) => !name.endsWith('?'));
  return {
    type: 'object',
    properties: Object.fromEntries(names.map((name) => [name.replace(/\?$/, ''), schemaOf(fields[name])])),
    ...(required.length > 0 && { required }),
    ...(more === undefined && { additionalProperties: false }),
  };
}

function isLiteral(text: string): boolean {
  return text.startsWith("'");
}

function literal(text: string): string {
  return text.slice(1, -1);
}
