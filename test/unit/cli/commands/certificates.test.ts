/** `rabbitmq-diagnostics certificates`: those of the listeners, with where each is and when it ends. */
import { expect, it } from 'vitest';
import { rabbitmqDiagnostics } from '../../../../src/cli/commands/rabbitmq-diagnostics.ts';
import { Authority } from '../../../support/certificates.ts';
import { operatedBroker } from '../../../support/commands/tools.ts';
import { temporaryFolder } from '../../../support/temporary-folder.ts';

it('has a line for each certificate of a TLS listener, and the same as JSON', async () => {
  const authority = new Authority(temporaryFolder());
  const { cert, key } = authority.issue('server', { names: 'DNS:localhost', days: 20 });
  const { broker, run } = await operatedBroker(rabbitmqDiagnostics, { tlsPort: 0, tlsCert: [cert], tlsKey: [key] });
  const { code, stdout } = await run('certificates', '-q');
  expect([code, stdout]).toEqual([
    0,
    expect.stringMatching(
      `^Interface: \\S+, port: ${broker.tlsPort}, protocol: amqp/ssl, file: ${cert}, expires: \\d{4}-\\d\\d-\\d\\dT\\S+\\n$`,
    ),
  ]);
  const json = JSON.parse((await run('certificates', '--formatter', 'json')).stdout) as object[];
  expect(json).toMatchObject([{ protocol: 'amqp/ssl', port: String(broker.tlsPort), certfile: cert }]);
});
