/** Class tx (AMQP 0-9-1 section 1.9). */
import { Receipt } from '../../broker/operations/receipt.ts';
import { AmqpError } from '../../protocol/amqp-error.ts';
import { TransactionConfirms } from '../../broker/operations/transaction-confirms.ts';
import type { Channel } from '../channel/channel.ts';
import { settleAll } from '../channel/give-back.ts';
import type { Transaction } from '../channel/transaction.ts';
import type { HandlersOf } from './handler-types.ts';
import { publishBy } from './publish.ts';

export const txMethods: HandlersOf<'tx'> = {
  'tx.select': (channel) => {
    if (channel.confirms !== undefined) {
      throw new AmqpError('PRECONDITION_FAILED', 'cannot switch from confirm to tx mode');
    }
    channel.selectTransactions();
    channel.send({ name: 'tx.select-ok' });
  },

  'tx.commit': (channel) => channel.goThrough(commit(channel, transactionOf(channel))),

  'tx.rollback': (channel) => {
    transactionOf(channel).rollback();
    channel.send({ name: 'tx.rollback-ok' });
  },
};

function* commit(channel: Channel, transaction: Transaction): Generator<void> {
  const confirms = new TransactionConfirms();
  const { vhost } = channel.connection;
  yield* transaction.commit(
    (message, route, mandatory) => publishBy(channel, message, vhost.renew(route), mandatory, confirms, 0),
    (deliveries, kind) => settleAll(channel, deliveries, kind),
  );
  channel.replyWhenStored(new Receipt(vhost.node.store, undefined), () => ({ name: 'tx.commit-ok' }), confirms);
}

function transactionOf(channel: Channel): Transaction {
  if (channel.transaction === undefined) throw new AmqpError('PRECONDITION_FAILED', 'channel is not transactional');
  return channel.transaction;
}
