/** Keys of `ssl_options`, `management.ssl` and `prometheus.ssl` that are no option's other name. */
import type { TlsListener } from '../tls-config.ts';
import type { ConfEntry } from './entry.ts';
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
