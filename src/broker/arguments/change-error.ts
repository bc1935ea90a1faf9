/** Why a change of users, vhosts, policies or limits cannot be made, told to the person who asks for it. */

/** `not-found`: it names what does not exist; `exists`: what must not exist does; `invalid`: the values make no sense; `protected`: somebody said that it must stay. */
export type ChangeErrorKind = 'not-found' | 'exists' | 'invalid' | 'protected';

export class ChangeError extends Error {
  override readonly name = 'ChangeError';
  readonly kind: ChangeErrorKind;

  constructor(kind: ChangeErrorKind, message: string) {
    super(message);
    this.kind = kind;
  }
}
