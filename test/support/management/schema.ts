/** Whether a value is as a JSON Schema says, as far as the API's own description makes use of JSON Schema. */
type Schema = Readonly<Record<string, unknown>>;

interface ObjectSchema {
  readonly properties: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: false;
}

const REFERENCE = '#/components/schemas/';

export class Schemas {
  readonly #named: Readonly<Record<string, Schema>>;

  /** `named`: `components.schemas` of the document. */
  constructor(named: Readonly<Record<string, Schema>>) {
    this.#named = named;
  }

  /** What is wrong with a value, a line each; none if it is as the schema says. Throws for a schema that there is not. */
  problems(schema: Schema, value: unknown, place = '$'): string[] {
    const { $ref, anyOf, enum: values, const: constant, type, items } = schema;
    if (typeof $ref === 'string') return this.problems(this.#lookUp($ref), value, place);
    if (anyOf !== undefined) {
      const each = (anyOf as readonly Schema[]).map((one) => this.problems(one, value, place));
      return each.some(({ length }) => length === 0) ? [] : each.flat();
    }
    if (values !== undefined) return (values as readonly unknown[]).includes(value) ? [] : [wrong(place, value)];
    if (constant !== undefined) return value === constant ? [] : [wrong(place, value)];
    if (type === undefined) return [];
    if (!isOf(type as string, value)) return [`${wrong(place, value)} is no ${type as string}`];
    if (items !== undefined) {
      const list = value as readonly unknown[];
      return list.flatMap((item, n) => this.problems(items as Schema, item, `${place}[${n}]`));
    }
    return 'properties' in schema ? this.#ofFields(schema as unknown as ObjectSchema, value as object, place) : [];
  }

  #ofFields({ properties, required = [], additionalProperties }: ObjectSchema, value: object, place: string): string[] {
    const missing = required.filter((name) => !(name in value)).map((name) => `${place}.${name} is missing`);
    const wrongs = Object.entries(value).flatMap(([name, field]) => {
      if (Object.hasOwn(properties, name)) return this.problems(properties[name], field, `${place}.${name}`);
      return additionalProperties === false ? [`${place}.${name} is not described`] : [];
    });
    return [...missing, ...wrongs];
  }

  #lookUp(reference: string): Schema {
    const schema = this.#named[reference.slice(REFERENCE.length)];
    if (schema === undefined) throw new Error(`there is no schema ${reference}`);
    return schema;
  }
}

function wrong(place: string, value: unknown): string {
  return `${place}: ${JSON.stringify(value)}`;
}

function isOf(type: string, value: unknown): boolean {
  if (type === 'array') return Array.isArray(value);
  if (type === 'integer') return Number.isInteger(value);
  if (type === 'null') return value === null;
  if (type === 'object') return typeof value === 'object' && value !== null && !Array.isArray(value);
  return typeof value === type;
}
