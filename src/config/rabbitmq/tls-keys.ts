/** Keys of `ssl_options`, `management.ssl` and `prometheus.ssl` that are no option's other name. */
import type { TlsListener } from '../tls-config.ts';
import { type ConfEntry, labelOf } from './entry.ts';
import type { Meaning } from './meaning.ts';

/** `verify = verify_peer | verify_none`, and `fail_if_no_peer_cert = true | false`. */
export function readVerify(listener: TlsListener) {
  return (entries: readonly ConfEntry[], meaning: Meaning): void => {
    const find = (name: string) => entries.find(({ path }) => path.at(-1) === name);
    const verify = find('verify');
    const fail = find('fail_if_no_peer_cert');
    const wrong =
      (verify && !['verify_none', 'verify_peer'].includes(verify.value) && verify) ||
      (fail && !['true', 'false'].includes(fail.value) && fail);
    if (wrong) {
      meaning.refuse(wrong, `must be ${wrong === verify ? 'verify_none or verify_peer' : 'true or false'}`);
    } else if (verify?.value === 'verify_peer') {
      meaning.set(`${listener}Verify`, verify, fail?.value === 'true' ? 'required' : 'optional');
    } else if (fail?.value === 'true') {
      meaning.refuse(fail, 'needs verify = verify_peer: no certificate is asked for without it');
    } else if (verify !== undefined) meaning.set(`${listener}Verify`, verify, 'none');
  };
}

export function readCiphers(entries: readonly ConfEntry[], meaning: Meaning): void {
  meaning.set(
    'tlsCiphers',
    entries[0],
    entries.map(({ value }) => value),
  );
}

/**
 * How many authorities may stand between a client's certificate and one that is trusted. Node neither passes this on to OpenSSL nor shows a server the chain: who wants
 * none between is not let believe that there are none.
 */
export function readDepth(entries: readonly ConfEntry[], meaning: Meaning): void {
  for (const entry of entries) {
    if (entry.value === '0')
      meaning.refuse(entry, 'this cannot be held to: who may sign certificates of others is for the authority to say');
    else
      meaning.notice(
        'warn',
        `${labelOf(entry)}: this has no effect: a chain of certificates may be as long as OpenSSL allows`,
      );
  }
}
