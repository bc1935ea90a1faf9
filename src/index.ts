/** Leveret as a library: a broker that a program starts and stops. */
// Its declarations name Node's types, which a program's own settings need not load (since TypeScript 6 they do not by default).
/// <reference types="node" preserve="true" />
export { Broker } from './embed/broker.ts';
export type { BrokerOptions } from './embed/options.ts';
export type { Delayed, DelayedInfo, DelayedPlace } from './embed/delayed.ts';
export type { Definitions, TransferOptions } from './embed/definitions.ts';
export type { Policies, PolicyOptions, PolicyPlace } from './embed/policies.ts';
export type { Patterns, UserInfo, Users } from './embed/users.ts';
export type { VhostInfo, VhostOptions, Vhosts } from './embed/vhosts.ts';
export type { DefinitionsDocument } from './broker/definitions/document.ts';
export { ChangeError } from './broker/arguments/change-error.ts';
export { DefinitionsError } from './broker/definitions/definitions-error.ts';
export type { Config, LogLevel } from './config/config.ts';
export { ListenError } from './embed/listen-error.ts';
export { ConfigError } from './config/config-error.ts';
export { StoreError } from './store/store.ts';
export type { Logger } from './util/logger.ts';
