/** What became of a message of a log, in a byte: bits that a segment keeps beside its records. */

export const READY = 0;
export const UNACKED = 1;
/** A bit of its own: without it a message is ready or unacked. */
export const GONE = 2;
/** Where it is: the mask for these three. */
export const PLACE = 3;
export const REDELIVERED = 4;
/** It belongs on disk. */
export const STORED = 8;
