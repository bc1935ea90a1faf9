/** `leveret/testing`: a broker for tests, in their own process. */
/// <reference types="node" preserve="true" />
export { type Deprecation, TestBroker, type TestPlace } from './test-broker.ts';
export type { TestOptions } from './options.ts';
export type { TestQueue, Settled, WaitOptions } from './test-queue.ts';
export type { TestExchange, TestBinding } from './test-exchange.ts';
export type { Pending, TestClock } from './clock/test-clock.ts';
export type { Duration } from './clock/duration.ts';
export type { MessageLog } from './log/message-log.ts';
export type { LogEntry, LogFilter, LogKind } from './log/log-entry.ts';
export type { Match } from './log/match.ts';
export type { Properties, Received } from './log/received.ts';
export type { MessageContent } from './publish.ts';
export type { IdleOptions } from './stillness.ts';
export type { RestartOptions } from './restart.ts';
export type { ResetOptions } from './reset.ts';
export { RemoteBroker, type RemoteFault, type RemoteSpace } from './control/remote-broker.ts';
export type { RemoteQueue } from './control/remote-queue.ts';
export type { EntryView, MessageView, QueueView } from './control/views.ts';
export type { FaultRequest } from './control/fault-requests.ts';
export type { Snapshot } from './snapshot.ts';
export type { TestSpace } from './test-space.ts';
export type { TestVhost } from './test-vhost.ts';
export type { Fault, Trigger } from './faults/fault.ts';
export type { Occasion } from './faults/occasion.ts';
export type { Network } from './faults/line.ts';
export type { Faults, HoldUp } from './faults/faults.ts';
export type { Interruptions } from './faults/interruptions.ts';
export type { ChannelFilter, ConnectionFilter, ConsumerFilter, PublishFilter } from './faults/filters.ts';
