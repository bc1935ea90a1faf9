/** All views: what the address calls them, and where they stand in the navigation. */
import type { ComponentType } from 'preact';
import { Admin } from './pages/admin.tsx';
import { Channels } from './pages/channels.tsx';
import { Connections } from './pages/connections.tsx';
import { Consumers } from './pages/consumers.tsx';
import { Delayed } from './pages/delayed.tsx';
import { Exchanges } from './pages/exchanges.tsx';
import { Jobs } from './pages/jobs.tsx';
import { Overview } from './pages/overview.tsx';
import { Queues } from './pages/queues.tsx';
import type { IconName } from './parts/icon.tsx';
import { texts } from './texts.ts';

/** What a view is told of the address: the parts behind its own name. */
export interface ViewProps {
  readonly names: readonly string[];
}

export interface View {
  /** The first part of the address. */
  readonly path: string;
  readonly title: string;
  /** Undefined for what stands in no navigation. */
  readonly icon?: IconName;
  readonly show: ComponentType<ViewProps>;
}

export const VIEWS: readonly View[] = [
  { path: 'overview', title: texts.views.overview, icon: 'overview', show: Overview },
  { path: 'queues', title: texts.views.queues, icon: 'queues', show: Queues },
  { path: 'exchanges', title: texts.views.exchanges, icon: 'exchanges', show: Exchanges },
  { path: 'connections', title: texts.views.connections, icon: 'clients', show: Connections },
  { path: 'channels', title: texts.views.channels, show: Channels },
  { path: 'consumers', title: texts.views.consumers, show: Consumers },
  { path: 'delayed', title: texts.views.delayed, icon: 'delayed', show: Delayed },
  { path: 'jobs', title: texts.views.jobs, icon: 'jobs', show: Jobs },
  { path: 'admin', title: texts.views.admin, icon: 'admin', show: Admin },
];
