/** What is known of a client by TLS, by RabbitMQ's names and in its forms. */
import type { TLSSocket } from 'node:tls';
import { PeerCertificate } from './peer-certificate.ts';

export class TlsSession {
  /** `tlsv1.3`. */
  readonly protocol: string;
  /** `aes_256_gcm`. */
  readonly cipher: string;
  /** `aead` if the cipher is its own. */
  readonly hash: string;
  /** `any` from TLS 1.3 on, which does not name it. */
  readonly keyExchange: string;
  /** What the client has shown; undefined if it has shown none. Good or not: who asked for it decides. */
  readonly certificate: PeerCertificate | undefined;

  /** `socket`: one whose handshake is done. */
  constructor(socket: TLSSocket) {
    this.protocol = (socket.getProtocol() ?? '').toLowerCase();
    const [suite, exchange = 'any'] = socket
      .getCipher()
      .standardName.toLowerCase()
      .replace(/^tls_/, '')
      .split('_with_')
      .reverse();
    const [, cipher, hash] = /^(.*?)(?:_(sha\d*|md5))?$/.exec(suite)!;
    this.cipher = cipher;
    this.keyExchange = exchange;
    this.hash = /gcm|ccm|poly1305/.test(cipher) ? 'aead' : (hash ?? '');
    const certificate = socket.getPeerX509Certificate();
    this.certificate = certificate && new PeerCertificate(certificate);
  }
}
