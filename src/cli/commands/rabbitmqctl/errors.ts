/** The errors that several commands have, in RabbitMQ's words. */
import { EXIT } from '../../exit-codes.ts';
import { type ApiError, path } from '../api.ts';
import type { Call, Command } from '../command.ts';
import { CommandError } from '../command-error.ts';

/** For commands whose first word is a user. */
export const noSuchUser = ({ words: [user] }: Call): CommandError =>
  new CommandError(EXIT.noUser, `User "${user}" does not exist`);

/** The same, as RabbitMQ's broker has it. */
export const noSuchUserTerm = ({ words: [user] }: Call): CommandError =>
  new CommandError(EXIT.unavailable, `{:no_such_user, ${JSON.stringify(user)}}`);

export const noSuchVhost = (vhost: string): CommandError =>
  new CommandError(EXIT.data, `Virtual host '${vhost}' does not exist`, true);

/** For commands in a vhost that list what is in it. */
export const inVhost: NonNullable<Command['on']> = { 404: ({ vhost }) => noSuchVhost(vhost) };

/** The API does not say which of the two there is not: user, or vhost. */
export async function missingUserOrVhost({ api, words: [user], vhost }: Call): Promise<CommandError | undefined> {
  if ((await api.find(path`/vhosts/${vhost}`)) === undefined) {
    return new CommandError(EXIT.unavailable, `Virtual host ${vhost} does not exist`);
  }
  if ((await api.find(path`/users/${user}`)) === undefined) {
    return new CommandError(EXIT.noUser, `User ${user} does not exist`);
  }
  return undefined;
}

/** For what may be wrong with what a user is given, too: of a reason in several parts the last says what it is. */
export async function noSuchUserOrVhost(call: Call, error: ApiError): Promise<CommandError> {
  const { reason } = error.details;
  const text = Array.isArray(reason) ? String(reason.at(-1)) : error.message;
  return (await missingUserOrVhost(call)) ?? new CommandError(EXIT.unavailable, text);
}

/** Throws CommandError for a word that is no JSON. */
export function readJson(text: string): object {
  try {
    return JSON.parse(text) as object;
  } catch (error) {
    throw new CommandError(EXIT.unavailable, `JSON decoding error. Reason: ${(error as Error).message}`);
  }
}
