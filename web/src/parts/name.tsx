/** A name that a client chose: empty ones and white space are to be seen, long ones do not push the rest away. */
import type { ComponentChildren } from 'preact';
import { texts } from '../texts.ts';

export function Name({ of, to }: { readonly of: string; readonly to?: string }) {
  const text: ComponentChildren = of === '' ? <i>{texts.common.noName}</i> : visible(of);
  return to === undefined ? (
    <span class="name" title={of}>
      {text}
    </span>
  ) : (
    <a class="name" href={to} title={of}>
      {text}
    </a>
  );
}

/** Control characters, and white space at the ends, as their pictures. */
function visible(text: string): string {
  return text
    .replace(/[\u0000-\u001f]/g, (character) => String.fromCharCode(0x2400 + character.charCodeAt(0)))
    .replace(/^ +| +$/g, (spaces) => '␣'.repeat(spaces.length))
    .replace(/[\u200b-\u200f\u202a-\u202e\u2066-\u2069]/g, '�');
}
