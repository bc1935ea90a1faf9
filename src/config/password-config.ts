/** How the passwords of the broker's own users are kept, and what they have to be like. */

/** `scrypt` is slow on purpose; the others are RabbitMQ's, which can import them. */
export const PASSWORD_HASHING = ['scrypt', 'sha256', 'sha512'] as const;
export type PasswordHashing = (typeof PASSWORD_HASHING)[number];

export interface PasswordConfig {
  /** Of passwords that users are given from now on. Those that are there stay as they are. `auto`: scrypt, and sha256 in a broker that writes nothing. */
  readonly passwordHashing: PasswordHashing | 'auto';
  /** Bytes that a user's password has at least. */
  readonly passwordMinLength: number;
  /** A regular expression that it has to match; undefined: any will do. */
  readonly passwordPattern: string | undefined;
}

/** For a node that stores nothing. */
export const QUICK_PASSWORDS = Object.freeze({
  passwordHashing: 'sha256' as const,
  passwordMinLength: 1,
  passwordPattern: undefined,
});
