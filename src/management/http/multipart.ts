/** The file of a form that a browser uploads: the one part of `multipart/form-data` that has a file name (RFC 7578). */
const END_OF_HEADERS = Buffer.from('\r\n\r\n');

/** Undefined if the body is no such form, or has no file. */
export function fileIn(contentType: string | undefined, body: Buffer): Buffer | undefined {
  const [, quoted, plain] = /^multipart\/form-data;.*boundary=(?:"([^"]+)"|([^;\s]+))/i.exec(contentType ?? '') ?? [];
  const boundary = quoted ?? plain;
  if (boundary === undefined) return undefined;
  const delimiter = Buffer.from(`--${boundary}`);
  for (let start = body.indexOf(delimiter); start >= 0;) {
    const next = body.indexOf(delimiter, start + delimiter.length);
    const headersEnd = body.indexOf(END_OF_HEADERS, start);
    if (next < 0 || headersEnd < 0) return undefined;
    const headers = body.toString('latin1', start, headersEnd);
    // The line end before the delimiter is the delimiter's.
    if (/name="file"|filename=/i.test(headers)) return body.subarray(headersEnd + END_OF_HEADERS.length, next - 2);
    start = next;
  }
  return undefined;
}
