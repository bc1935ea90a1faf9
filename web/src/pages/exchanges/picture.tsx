/** What is bound to what, drawn: what comes to the exchange on the left, where it leads on the right, with the keys on the way. */
import { exchangeName } from '../../api/exchanges.ts';
import type { Binding } from '../../api/types.ts';
import { Panel } from '../../parts/panel.tsx';
import { href } from '../../state/route.ts';
import { texts } from '../../texts.ts';

const words = texts.exchanges;
/** Names on each side. */
const MOST = 18;
const ROW = 34;
const WIDTH = 960;
const BOX = { width: 230, height: 26 };
const RIGHT = WIDTH - BOX.width - 1;
const LONGEST = 30;

interface PictureProps {
  readonly vhost: string;
  readonly name: string;
  readonly coming: readonly Binding[];
  readonly leaving: readonly Binding[];
}

/** A neighbour, and the keys of all bindings to it. */
interface Neighbour {
  readonly name: string;
  readonly kind: 'queue' | 'exchange';
  readonly keys: string[];
}

export function Picture({ vhost, name, coming, leaving }: PictureProps) {
  const sources = neighbours(
    coming.map(({ source, routing_key: key }) => ({ name: exchangeName(source), kind: 'exchange', key })),
  );
  const destinations = neighbours(
    leaving.map(({ destination, destination_type: kind, routing_key: key }) => ({ name: destination, kind, key })),
  );
  if (sources.length + destinations.length === 0) return null;
  const rows = Math.max(1, Math.min(sources.length, MOST), Math.min(destinations.length, MOST));
  const height = rows * ROW + 8;
  const middle = height / 2;
  // Without sources there is nothing on the left.
  const centre = sources.length === 0 ? 1 : (WIDTH - BOX.width) / 2;
  const more = Math.max(0, destinations.length - MOST) + Math.max(0, sources.length - MOST);
  return (
    <Panel title={words.picture} wide>
      <div class="picture" tabIndex={0} role="region" aria-label={words.picture}>
        <svg
          viewBox={`0 0 ${WIDTH} ${height}`}
          role="group"
          aria-label={words.pictureOf(name, destinations.length, sources.length)}
        >
          {sources.slice(0, MOST).map((each, i) => (
            <Side
              key={each.name}
              vhost={vhost}
              of={each}
              x={1}
              y={placeOf(i, sources.length, height)}
              from={1 + BOX.width}
              to={centre}
              middle={middle}
              isLeft
            />
          ))}
          {destinations.slice(0, MOST).map((each, i) => (
            <Side
              key={`${each.kind} ${each.name}`}
              vhost={vhost}
              of={each}
              x={RIGHT}
              y={placeOf(i, destinations.length, height)}
              from={centre + BOX.width}
              to={RIGHT}
              middle={middle}
            />
          ))}
          <g class="node own">
            <rect x={centre} y={middle - BOX.height / 2} width={BOX.width} height={BOX.height} rx="8" />
            <text x={centre + BOX.width / 2} y={middle + 4} text-anchor="middle">
              {shortened(name)}
            </text>
          </g>
        </svg>
      </div>
      {more > 0 && <p class="hint">{words.moreNeighbours(more)}</p>}
    </Panel>
  );
}

interface SideProps {
  readonly vhost: string;
  readonly of: Neighbour;
  readonly x: number;
  readonly y: number;
  /** Where the line begins and ends. */
  readonly from: number;
  readonly to: number;
  readonly middle: number;
  readonly isLeft?: boolean;
}

function Side({ vhost, of: { name, kind, keys }, x, y, from, to, middle, isLeft = false }: SideProps) {
  const [begin, end] = isLeft ? [y, middle] : [middle, y];
  const bend = (from + to) / 2;
  const shown = keys.filter((key) => key !== '');
  const label = shown.length > 1 ? words.keys(shown[0], shown.length - 1) : (shown[0] ?? '');
  return (
    <>
      <path class="edge" d={`M${from} ${begin} C${bend} ${begin} ${bend} ${end} ${to} ${end}`} />
      <text class="edge-key" x={isLeft ? from + 6 : to - 6} y={y - 5} text-anchor={isLeft ? 'start' : 'end'}>
        {shortened(label, 18)}
        <title>{shown.join('\n')}</title>
      </text>
      <a href={href([kind === 'queue' ? 'queues' : 'exchanges', vhost, name])} class={`node ${kind}`}>
        <rect x={x} y={y - BOX.height / 2} width={BOX.width} height={BOX.height} rx={kind === 'queue' ? 4 : 8} />
        {/* A picture of its own cuts off what its letters are too wide for. */}
        <svg x={x + 12} y={y - BOX.height / 2} width={BOX.width - 20} height={BOX.height}>
          <text x="0" y={BOX.height / 2 + 4}>
            {shortened(name)}
          </text>
        </svg>
        <title>{name}</title>
      </a>
    </>
  );
}

function neighbours(
  bindings: readonly { readonly name: string; readonly kind: 'queue' | 'exchange'; readonly key: string }[],
): Neighbour[] {
  const found = new Map<string, Neighbour>();
  for (const { name, kind, key } of bindings) {
    const known = found.get(`${kind} ${name}`);
    if (known === undefined) found.set(`${kind} ${name}`, { name, kind, keys: [key] });
    else known.keys.push(key);
  }
  return [...found.values()];
}

/** The middle of the i-th of some that share the height. */
function placeOf(i: number, all: number, height: number): number {
  return ((i + 0.5) * height) / Math.min(all, MOST);
}

function shortened(text: string, most = LONGEST): string {
  return text.length > most ? `${text.slice(0, most - 1)}…` : text;
}
