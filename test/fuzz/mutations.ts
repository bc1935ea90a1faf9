/** Ways to spoil a session that was valid: of its frames, of one frame's bytes, and of the stream as a whole. */
import { frames } from '../support/amqp-client/index.ts';
import type { Random } from './random.ts';
import { randomFrame } from './sessions.ts';

const SIZE_AT = 3;
const PAYLOAD_AT = 7;

type Mutation = (said: Buffer[], random: Random) => void;

const MUTATIONS: Readonly<Record<string, Mutation>> = {
  'a bit flipped': (said, random) => {
    const frame = spoil(said, random);
    frame[random.below(frame.length)] ^= 1 << random.below(8);
  },
  'an octet replaced in a payload': (said, random) => {
    const frame = spoil(said, random);
    if (frame.length > PAYLOAD_AT) frame[random.between(PAYLOAD_AT, frame.length - 1)] = random.below(256);
  },
  'a frame left out': (said, random) => {
    said.splice(random.below(said.length), 1);
  },
  'a frame said twice': (said, random) => {
    const at = random.below(said.length);
    said.splice(at, 0, said[at]);
  },
  'two frames exchanged': (said, random) => {
    const [a, b] = [random.below(said.length), random.below(said.length)];
    [said[a], said[b]] = [said[b], said[a]];
  },
  'a frame moved': (said, random) => {
    const [frame] = said.splice(random.below(said.length), 1);
    said.splice(random.below(said.length + 1), 0, frame);
  },
  'a size that lies': (said, random) => {
    const frame = spoil(said, random);
    const size = frame.readUInt32BE(SIZE_AT);
    frame.writeUInt32BE(
      random.pick([0, 1, size + 1, Math.max(0, size - 1), 4088, 4097, 0x7fffffff, 0xffffffff]),
      SIZE_AT,
    );
  },
  'a length inside a payload that lies': (said, random) => {
    const frame = spoil(said, random);
    if (frame.length < PAYLOAD_AT + 6) return;
    const at = random.between(PAYLOAD_AT, frame.length - 5);
    frame.writeUInt32BE(random.pick([0, 1, 255, 0xffff, 0x7fffffff, 0xffffffff]), at);
  },
  'a payload cut short, its size corrected': (said, random) => {
    const at = random.below(said.length);
    const frame = said[at];
    if (frame.length <= PAYLOAD_AT + 1) return;
    const payload = frame.subarray(PAYLOAD_AT, random.between(PAYLOAD_AT, frame.length - 2));
    said[at] = frames.encodeFrame(frame[0], frame.readUInt16BE(1), payload);
  },
  'another channel': (said, random) => {
    spoil(said, random).writeUInt16BE(random.pick([0, 1, 2, 20, 21, 65535]), 1);
  },
  'a frame put between': (said, random) => {
    said.splice(random.below(said.length + 1), 0, randomFrame(random));
  },
  'the rest left out': (said, random) => {
    said.length = random.between(1, said.length);
    said.push(said.pop()!.subarray(0, random.below(20)));
  },
};

/** Spoils the session once to three times, and says how. */
export function mutate(said: Buffer[], random: Random): string {
  const names = Array.from({ length: random.between(1, 3) }, () => random.pick(Object.keys(MUTATIONS)));
  for (const name of names) MUTATIONS[name](said, random);
  return names.join(', ');
}

/** A frame to write on, at least as long as the shortest, which takes the place of the one that was there. */
function spoil(said: Buffer[], random: Random): Buffer {
  const at = random.below(said.length);
  const frame = Buffer.from(said[at].length < frames.FRAME_OVERHEAD ? frames.heartbeatFrame : said[at]);
  said[at] = frame;
  return frame;
}
