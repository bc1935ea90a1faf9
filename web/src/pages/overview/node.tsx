/** The process: what it uses, where it listens, and who comes and goes. */
import { figure, rate } from '../../api/stats.ts';
import type { Node, Overview } from '../../api/types.ts';
import { bytes, count, duration, perSecond } from '../../format.ts';
import { Meter } from '../../parts/meter.tsx';
import { Facts, Panel } from '../../parts/panel.tsx';
import { type Column, Table } from '../../parts/table.tsx';
import { texts } from '../../texts.ts';

const words = texts.overview;

interface NodeProps {
  readonly overview: Overview;
  readonly node: Node;
}

export function NodeFacts({ overview, node }: NodeProps) {
  const { mem_used: used, mem_limit: limit, disk_free: free, disk_free_limit: least } = node;
  return (
    <Panel title={words.node}>
      <Meter
        title={words.memoryUsed}
        share={used / limit}
        text={`${bytes(used)} / ${bytes(limit)}`}
        isBad={node.mem_alarm}
      />
      <Meter
        title={words.descriptors}
        share={node.fd_used / node.fd_total}
        text={`${count(node.fd_used)} / ${count(node.fd_total)}`}
      />
      <Facts
        of={[
          [words.diskFree, node.db_dir === '' ? words.inMemory : words.diskText(bytes(free ?? 0), bytes(least))],
          [words.uptime, duration(node.uptime)],
          [words.version, `${texts.product} ${overview.leveret_version}`],
          [words.as, `${overview.product_name} ${overview.product_version}`],
          [words.runs, overview.erlang_full_version],
          [words.cluster, overview.cluster_name],
          [words.node, node.name],
          [words.folder, node.db_dir === '' ? undefined : node.db_dir],
        ]}
      />
    </Panel>
  );
}

type Listener = Overview['listeners'][number];

const LISTENER_COLUMNS: readonly Column<Listener>[] = [
  { id: 'protocol', title: words.protocol, show: ({ protocol }) => protocol },
  { id: 'address', title: words.address, show: ({ ip_address: address }) => address },
  { id: 'port', title: words.port, isNumber: true, show: ({ port }) => port },
];

export function Listeners({ overview: { listeners } }: Pick<NodeProps, 'overview'>) {
  return (
    <Panel title={words.listeners}>
      <Table
        name="listeners"
        caption={words.listeners}
        columns={LISTENER_COLUMNS}
        rows={listeners}
        keyOf={({ protocol, port }) => `${protocol} ${port}`}
        empty={texts.common.none}
      />
    </Panel>
  );
}

interface ChurnRow {
  readonly title: string;
  readonly created: string;
  readonly closed: string;
}

const CHURN_ROWS: readonly ChurnRow[] = [
  { title: words.churnRows.connection, created: 'connection_created', closed: 'connection_closed' },
  { title: words.churnRows.channel, created: 'channel_created', closed: 'channel_closed' },
  { title: words.churnRows.queue, created: 'queue_created', closed: 'queue_deleted' },
];

export function Churn({ overview: { churn_rates: stats } }: Pick<NodeProps, 'overview'>) {
  const show = (name: string) => (
    <>
      {perSecond(rate(stats, name))}/s <small class="muted">{count(figure(stats, name))}</small>
    </>
  );
  const columns: readonly Column<ChurnRow>[] = [
    { id: 'title', title: words.what, show: ({ title }) => title },
    { id: 'created', title: words.opened, isNumber: true, show: ({ created }) => show(created) },
    { id: 'closed', title: words.closed, isNumber: true, show: ({ closed }) => show(closed) },
  ];
  return (
    <Panel title={words.churn}>
      <Table
        name="churn"
        caption={words.churn}
        columns={columns}
        rows={CHURN_ROWS}
        keyOf={({ title }) => title}
        empty=""
      />
    </Panel>
  );
}
