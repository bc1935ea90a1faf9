/** Whether the broker is well, in words; if it is not, why, and what to do. */
import { rate } from '../../api/stats.ts';
import type { Node, Overview, Queue } from '../../api/types.ts';
import { bytes, count, perSecond } from '../../format.ts';
import { Notice, type Tone } from '../../parts/notice.tsx';
import { texts } from '../../texts.ts';

interface Finding {
  readonly tone: Tone;
  readonly title: string;
  readonly what: string;
}

const words = texts.overview;
/** Of the descriptors that the process may have. */
const MANY_FILES = 0.9;
/** A queue without consumers that has so many messages and gets more. */
const MANY_MESSAGES = 1000;

interface HealthProps {
  readonly overview: Overview;
  readonly node: Node | undefined;
  /** The queues that grow fastest. */
  readonly growing: readonly Queue[];
}

export function Health({ overview, node, growing }: HealthProps) {
  const findings = [...(node === undefined ? [] : findingsOf(node)), ...lost(overview), ...unread(growing)];
  if (findings.length === 0) {
    return (
      <Notice tone="good" title={words.well}>
        {words.wellWhat}
      </Notice>
    );
  }
  return (
    <>
      {findings.map(({ tone, title, what }) => (
        <Notice key={title} tone={tone} title={title}>
          {what}
        </Notice>
      ))}
    </>
  );
}

function findingsOf(node: Node): Finding[] {
  const findings: Finding[] = [];
  if (node.mem_alarm) {
    findings.push({
      tone: 'bad',
      title: words.memory,
      what: words.memoryWhat(bytes(node.mem_used), bytes(node.mem_limit)),
    });
  }
  if (node.store_trouble !== undefined) {
    findings.push({ tone: 'bad', title: words.store, what: words.storeWhat(node.store_trouble) });
  } else if (node.disk_free_alarm) {
    const what = words.diskWhat(bytes(node.disk_free ?? 0), bytes(node.disk_free_limit), node.db_dir);
    findings.push({ tone: 'bad', title: words.disk, what });
  }
  if (node.fd_used > node.fd_total * MANY_FILES) {
    findings.push({
      tone: 'warn',
      title: words.files,
      what: words.filesWhat(count(node.fd_used), count(node.fd_total)),
    });
  }
  return findings;
}

function lost({ message_stats: stats }: Overview): Finding[] {
  const unroutable = rate(stats, 'drop_unroutable');
  return unroutable > 0
    ? [{ tone: 'warn', title: words.unroutable, what: words.unroutableWhat(perSecond(unroutable)) }]
    : [];
}

/** Streams are kept, whoever reads them. */
function unread(queues: readonly Queue[]): Finding[] {
  const names = queues
    .filter(({ type, consumers, messages, messages_details: details }) => {
      return type !== 'stream' && consumers === 0 && messages >= MANY_MESSAGES && (details?.rate ?? 0) > 0;
    })
    .map(({ name, messages }) => `${name} (${count(messages)})`);
  return names.length === 0 ? [] : [{ tone: 'warn', title: words.idle, what: words.idleWhat(names.join(', ')) }];
}
