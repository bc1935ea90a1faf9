/** The parts of an AMQP URL (RabbitMQ: URI Specification). */
export interface Address {
  /** True for `amqps:`. */
  readonly secure: boolean;
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly password: string;
  readonly vhost: string;
}

/** Throws TypeError for what is no URL. Missing parts are RabbitMQ's defaults: guest, guest, 5672 or 5671, and `/`. */
export function parseAddress(url: string): Address {
  const { protocol, hostname, port, username, password, pathname } = new URL(url);
  if (protocol !== 'amqp:' && protocol !== 'amqps:') throw new TypeError(`${url} is no amqp:// or amqps:// URL`);
  const secure = protocol === 'amqps:';
  return {
    secure,
    host: hostname.replace(/^\[|\]$/g, ''),
    port: port === '' ? (secure ? 5671 : 5672) : Number(port),
    user: username === '' ? 'guest' : decodeURIComponent(username),
    password: password === '' ? 'guest' : decodeURIComponent(password),
    vhost: pathname.length > 1 ? decodeURIComponent(pathname.slice(1)) : '/',
  };
}
