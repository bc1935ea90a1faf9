/** What happened to a dead letter, as a story: where it died, of what, how often (RabbitMQ: Dead Letter Exchanges, x-death). */
import { exchangeName } from '../../api/exchanges.ts';
import type { Table } from '../../api/types.ts';
import { dateTime } from '../../format.ts';
import { texts } from '../../texts.ts';

interface Death {
  readonly queue: string;
  readonly reason: string;
  readonly count: number;
  readonly exchange: string;
  readonly 'routing-keys': readonly string[];
  /** In seconds. */
  readonly time?: number;
}

const words = texts.deaths;

/** None if the message never died. A client may put anything there. */
function deathsIn(headers: Table): readonly Death[] {
  const deaths = headers['x-death'];
  return Array.isArray(deaths)
    ? (deaths as unknown[]).filter((death): death is Death => typeof (death as Death | null)?.queue === 'string')
    : [];
}

export function Deaths({ headers }: { readonly headers: Table }) {
  const deaths = deathsIn(headers);
  if (deaths.length === 0) return null;
  return (
    <section class="deaths">
      <h3>{words.title}</h3>
      <ol>
        {/* The broker puts the newest first. */}
        {[...deaths].reverse().map(({ queue, reason, count, exchange, 'routing-keys': keys, time }, i) => (
          <li key={i}>
            {words.published(exchangeName(exchange ?? ''), Array.isArray(keys) ? keys.join(', ') : '')}{' '}
            <b>
              {words.died(
                queue,
                words.reasons[reason as keyof typeof words.reasons] ?? String(reason),
                Number(count ?? 1),
              )}
            </b>
            {typeof time === 'number' && <span class="muted"> {words.last(dateTime(time * 1000))}</span>}
          </li>
        ))}
        <li>{words.now}</li>
      </ol>
    </section>
  );
}
