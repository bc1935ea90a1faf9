/** The places of what is sealed: what rows are found by. Sealed bytes that were moved to another row cannot be opened there. */
import type { Place } from '../sealing/seal.ts';
import type { PageHeader, ParameterRecord, SeenHeader, UserRecord } from '../stored-records.ts';

/** `page.data`. */
export function pagePlace({ id, queueId, base, first, last, count }: Omit<PageHeader, 'bodies'>): Place {
  return ['page', id, queueId, base, first, last, count];
}

/** `body.data`. `size`: of the whole body. */
export function bodyPlace(id: number, size: number): Place {
  return ['body', id, size];
}

/** `body_part.data`. */
export function bodyPartPlace(bodyId: number, start: number): Place {
  return ['body part', bodyId, start];
}

/** `seen.keys`. */
export function seenPlace({ queueId, newest, count }: SeenHeader): Place {
  return ['seen', queueId, newest, count];
}

/** `user.password_hash`. */
export function passwordPlace({ name }: Pick<UserRecord, 'name'>): Place {
  return ['password', name];
}

/** `parameter.value`. */
export function parameterPlace({ component, vhost, name }: Omit<ParameterRecord, 'value'>): Place {
  return ['parameter', component, vhost, name];
}
