/** All views: what the address calls them, who sees them, and where they stand in the navigation. */
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
import type { Role } from './state/session.ts';
import { texts } from './texts.ts';

/** What a view is told of the address: the parts behind its own name. */
export interface ViewProps {
  readonly names: readonly string[];
}

export interface View {
  /** The first part of the address. */
  readonly path: string;
  readonly title: string;
  readonly role: Role;
  /** Undefined for what stands in no navigation. */
  readonly icon?: IconName;
  readonly show: ComponentType<ViewProps>;
}

export const VIEWS: readonly View[] = [
  { path: 'overview', title: texts.views.overview, role: 'management', icon: 'overview', show: Overview },
  { path: 'queues', title: texts.views.queues, role: 'management', icon: 'queues', show: Queues },
  { path: 'exchanges', title: texts.views.exchanges, role: 'management', icon: 'exchanges', show: Exchanges },
  { path: 'connections', title: texts.views.connections, role: 'management', icon: 'clients', show: Connections },
  { path: 'channels', title: texts.views.channels, role: 'management', show: Channels },
  { path: 'consumers', title: texts.views.consumers, role: 'management', show: Consumers },
  { path: 'delayed', title: texts.views.delayed, role: 'management', icon: 'delayed', show: Delayed },
  { path: 'jobs', title: texts.views.jobs, role: 'management', icon: 'jobs', show: Jobs },
  { path: 'admin', title: texts.views.admin, role: 'management', icon: 'admin', show: Admin },
];
