/**
 * For a broker with a data folder in this process: its store commits in this thread. To start a thread takes longer than most tests do; those of the
 * store itself have one, and so has every daemon.
 */
import type { Surroundings } from '../../src/embed/assemble.ts';
import { openStore } from '../../src/embed/open-store.ts';

export const storeHere: Surroundings = { openStore: (request) => openStore({ ...request, thread: false }) };
