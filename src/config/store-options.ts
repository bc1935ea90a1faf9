/** The rows of the options table for a store in a database. */
import { database, flag, text, unless } from './option-types.ts';
import type { OptionRows } from './option.ts';
import type { StoreConfig } from './store-config.ts';

export const STORE_ROWS: OptionRows<keyof StoreConfig> = {
  store: {
    flag: '--store',
    env: 'LEVERET_STORE',
    secretFile: true,
    secret: true,
    type: unless('folder', database()),
    default: undefined,
    unit: '',
    description:
      'PostgreSQL database of the durable state, which other nodes may wait to take over: postgres://user@host:port,host2:port2/database; folder is the data folder',
    rabbitmq: '',
  },
  storeRequireSync: {
    flag: '--store-require-sync',
    env: 'LEVERET_STORE_REQUIRE_SYNC',
    type: flag(),
    default: false,
    unit: '',
    description: 'Refuse a database without a synchronous standby, or one that does not wait for its disk',
    rabbitmq: '',
  },
  nodeName: {
    flag: '--node-name',
    env: 'LEVERET_NODE_NAME',
    type: unless('machine', text('name', 255)),
    default: undefined,
    unit: '',
    description:
      'Name of this node, of its own among those of a database; machine is rabbit@ and the name of the machine',
    rabbitmq: '',
  },
};
