/** How many messages a queue or a vhost has, and how fast that changes, as the HTTP API shows both. */
import type { Fields } from '../lists/fields.ts';
import type { Figures } from '../rates/figures.ts';
import type { View } from '../view.ts';

/** How many messages, by RabbitMQ's names. */
export const LENGTHS = ['messages', 'messages_ready', 'messages_unacknowledged'];

/** `objectOf`: what rates are noted of. */
export function lengthFields<Subject>(
  objectOf: (subject: Subject) => object,
  figuresOf: (subject: Subject, view: View) => Figures,
): Fields<Subject, View> {
  return Object.fromEntries(
    LENGTHS.flatMap((name) => {
      const length = (subject: Subject, view: View): number => figuresOf(subject, view)[name];
      const details = (subject: Subject, view: View): unknown =>
        view.lengths(objectOf(subject), { [name]: length(subject, view) })[`${name}_details`];
      return [
        [name, length],
        [`${name}_details`, details],
      ];
    }),
  );
}
