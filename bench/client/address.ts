/** The parts of an AMQP URL (RabbitMQ: URI Specification). */
export interface Address {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly password: string;
  readonly vhost: string;
}

/** Throws TypeError for what is no URL. Missing parts are RabbitMQ's defaults: guest, guest, 5672 and `/`. */
export function parseAddress(url: string): Address {
  const { protocol, hostname, port, username, password, pathname } = new URL(url);
  if (protocol !== 'amqp:') throw new TypeError(`${url} is not an amqp:// URL`);
  return {
    host: hostname.replace(/^\[|\]$/g, ''),
    port: port === '' ? 5672 : Number(port),
    user: username === '' ? 'guest' : decodeURIComponent(username),
    password: password === '' ? 'guest' : decodeURIComponent(password),
    vhost: pathname.length > 1 ? decodeURIComponent(pathname.slice(1)) : '/',
  };
}
