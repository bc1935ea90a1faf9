/**
 * What the page asks for first goes out within it, so that it shows something without asking: who is signed in, and what the overview begins with. A page of
 * another origin can have a browser fetch this file with its cookie, and reads nothing of it, as of any file.
 */
import type { IncomingMessage } from 'node:http';
import { problemOf } from '../http/problem.ts';

/** Answers GET of a path of the API as it would answer the page. Rejects with HttpProblem, or a defect. */
export type AskAsPage = (request: IncomingMessage, path: string) => Promise<unknown>;

const WHO = '/whoami';
const FIRST = [WHO, '/overview'];
/** Pages of other sites do not bring the cookie: what they lead to has to ask. */
const BRING_COOKIES = ['none', 'same-origin', 'same-site'];

/** The answers by their paths, as JSON that may stand in a script element: null for `/whoami` if nobody is signed in, and nothing if that is not known. */
export async function firstAnswers(request: IncomingMessage, ask: AskAsPage): Promise<string> {
  try {
    const answers = await Promise.all(FIRST.map(async (path) => [path, await ask(request, path)] as const));
    return inScript(Object.fromEntries(answers));
  } catch (error) {
    if (problemOf(error) === undefined) throw error;
    const { 'sec-fetch-site': site } = request.headers;
    return inScript(BRING_COOKIES.includes(String(site)) ? { [WHO]: null } : {});
  }
}

/** Nothing in it ends the element, or begins a comment. */
function inScript(value: object): string {
  return JSON.stringify(value).replaceAll('<', '\\u003c');
}
