/** Leveret as a library: a broker that a program starts and stops. */
export { Broker } from './embed/broker.ts';
export type { BrokerOptions } from './embed/options.ts';
export type { Config, LogLevel } from './config/config.ts';
export { ConfigError } from './config/config-error.ts';
export { StoreError } from './store/store.ts';
export type { Logger } from './util/logger.ts';
