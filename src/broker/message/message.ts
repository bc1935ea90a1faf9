/**
 * A message on its way through the broker, as the bytes it came in: three ranges in buffers that somebody else owns.
 * A Message is a view that its owner fills anew for each message; who keeps a message copies its bytes.
 */
import { PROPERTY_DELIVERY_MODE, PROPERTY_HEADERS } from '../../protocol/generated/constants.ts';
import { encodeFieldValue, type FieldChanges, type FieldPosition, findTableField } from '../../codec/field-table.ts';
import { ByteWriter } from '../../codec/byte-writer.ts';
import { octetText } from '../../codec/octet-text.ts';
import {
  type BasicProperties,
  decodeProperties,
  editProperties,
  findProperty,
  type PropertyChanges,
  propertyFlags,
  readDeliveryMode,
} from '../../codec/properties.ts';
import type { FieldValue } from '../../protocol/field-table.ts';
import { readU32 } from '../../util/bytes.ts';
import type { Body } from './body.ts';
import type { Pins } from './pins.ts';

/** Bodies of queued messages are sent from where they lie from this size on, and copied below it. */
export const PINNED_BODY_BYTES = 8192;

/** Of what has no bytes, or none here. */
export const NO_BYTES = Buffer.alloc(0);
const PERSISTENT = 2;

export class Message {
  /** Exchange and routing key as two shortstrs, end to end, as basic.publish and basic.deliver both carry them. */
  route: Buffer = NO_BYTES;
  routeStart = 0;
  routeEnd = 0;
  /** Property flags and property list of the content header. */
  properties: Buffer = NO_BYTES;
  propertiesStart = 0;
  propertiesEnd = 0;
  body: Buffer = NO_BYTES;
  bodyStart = 0;
  bodyEnd = 0;
  /** True if the body's bytes never change, so that they may be kept without a copy. */
  bodyOwned = false;
  /** Set if the body can be sent without a copy though it is not owned: its bytes stay as they are while they are pinned. */
  pins: Pins | undefined = undefined;
  /** True if the message comes in place of another that leaves its queue: both go into the same commit. */
  sameBatchAsSettled = false;
  /** Set if the body is kept apart from the logs, and shared by all queues that took the message. */
  shared: Body | undefined = undefined;

  get bodySize(): number {
    return this.bodyEnd - this.bodyStart;
  }

  /** False if the body is kept apart and not in memory: only its size is known then. */
  get isWhole(): boolean {
    return this.shared === undefined || this.body.length >= this.bodyEnd;
  }

  get propertiesSize(): number {
    return this.propertiesEnd - this.propertiesStart;
  }

  /** Delivery mode 2. */
  get persistent(): boolean {
    const flags = propertyFlags(this.properties, this.propertiesStart);
    return (
      (flags & PROPERTY_DELIVERY_MODE) !== 0 &&
      readDeliveryMode(this.properties, this.propertiesStart, this.propertiesEnd) === PERSISTENT
    );
  }

  get exchange(): string {
    const length = this.route[this.routeStart];
    return this.route.toString('utf8', this.routeStart + 1, this.routeStart + 1 + length);
  }

  get routingKey(): string {
    const start = this.routeStart + 1 + this.route[this.routeStart];
    return this.route.toString('utf8', start + 1, this.routeEnd);
  }

  decodeProperties(): BasicProperties {
    return decodeProperties(this.properties, this.propertiesStart, this.propertiesEnd);
  }

  /** The value of the property with this one flag, of those that are short strings; undefined if the message has none. */
  shortString(property: number): string | undefined {
    const at = findProperty(this.properties, this.propertiesStart, this.propertiesEnd, property);
    return at < 0 ? undefined : octetText(this.properties, at + 1, at + 1 + this.properties[at]);
  }

  /** Where the value of a header stands in `properties`; undefined if there is no such header. */
  findHeader(name: string): FieldPosition | undefined {
    const { properties } = this;
    const headers = findProperty(properties, this.propertiesStart, this.propertiesEnd, PROPERTY_HEADERS);
    if (headers < 0) return undefined;
    const start = headers + 4;
    return findTableField(properties, start, start + readU32(properties, headers), name);
  }

  /** Another view of the same bytes, to be changed alone. */
  alias(): Message {
    return Object.assign(new Message(), this);
  }

  /** The message with bytes of its own, for whoever keeps it. It shares its body with the logs for as long as one of them has it. */
  copy(): Message {
    const copy = new Message();
    copy.setRouteBytes(Buffer.from(this.route.subarray(this.routeStart, this.routeEnd)));
    copy.setProperties(Buffer.from(this.properties.subarray(this.propertiesStart, this.propertiesEnd)));
    const body = this.body.subarray(this.bodyStart, this.bodyEnd);
    copy.setBody(this.bodyOwned ? body : Buffer.from(body), this.bodySize);
    copy.shared = this.shared;
    return copy;
  }

  /** A copy that comes in place of the message, which leaves its queue: both go into the same commit. */
  replacement(): Message {
    const copy = this.copy();
    copy.sameBatchAsSettled = true;
    return copy;
  }

  /** Points the message at its exchange and routing key, as two shortstrs. */
  setRouteBytes(bytes: Buffer, start = 0, end = bytes.length): void {
    this.route = bytes;
    this.routeStart = start;
    this.routeEnd = end;
  }

  /** Points the message at its properties, as a content header has them. */
  setProperties(bytes: Buffer, start = 0, end = bytes.length): void {
    this.properties = bytes;
    this.propertiesStart = start;
    this.propertiesEnd = end;
  }

  /** Gives the message a body of its own, of bytes that never change. `size`: how many it has, if they are not here. */
  setBody(bytes: Buffer, size = bytes.length): void {
    this.body = bytes;
    this.bodyStart = 0;
    this.bodyEnd = size;
    this.bodyOwned = true;
  }

  /** Points the message at a body in bytes that are another's, who changes them. */
  viewBody(bytes: Buffer, start: number, end: number): void {
    this.body = bytes;
    this.bodyStart = start;
    this.bodyEnd = end;
    this.bodyOwned = false;
  }

  /** Points the message at route, properties and body, end to end in bytes that are another's. */
  view(bytes: Buffer, routeStart: number, routeEnd: number, propertiesEnd: number, bodyEnd: number): void {
    this.setRouteBytes(bytes, routeStart, routeEnd);
    this.setProperties(bytes, routeEnd, propertiesEnd);
    this.viewBody(bytes, propertiesEnd, bodyEnd);
    this.shared = undefined;
    this.pins = undefined;
  }

  /** Its bytes stay as they are while they are pinned. */
  pinBy(pins: Pins): void {
    this.pins = pins;
  }

  /** The body is the message's own by now, whatever the logs do with it. */
  unshare(): void {
    this.shared = undefined;
  }

  /** Sets the body apart from the logs. `bytes`: undefined if they are not here. */
  share(body: Body, bytes: Buffer | undefined): void {
    this.shared = body;
    this.setBody(bytes ?? NO_BYTES, body.size);
  }

  /** Gives the message another exchange and routing key. Throws RangeError for one over 255 bytes. */
  setRoute(exchange: string, routingKey: string): void {
    const route = new ByteWriter();
    route.shortstr(exchange);
    route.shortstr(routingKey);
    this.setRouteBytes(route.take());
  }

  /** Sets properties and headers, or takes them away if the change is undefined; the others stay octet for octet. */
  changeProperties(changes: Omit<PropertyChanges, 'headers'>, headers?: FieldChanges): void {
    this.setProperties(editProperties(this.properties, this.propertiesStart, this.propertiesEnd, changes, headers));
  }

  /** Sets a header, or takes it away if there is no value. */
  changeHeader(name: string, value: FieldValue | undefined): void {
    this.changeProperties({}, new Map([[name, value === undefined ? undefined : encodeFieldValue(value)]]));
  }

  /** Lets go of the buffers, so that the view does not keep them alive. */
  clear(): void {
    this.route = this.properties = this.body = NO_BYTES;
    this.shared = undefined;
    this.pins = undefined;
  }
}
