/** What a person should know, beside what caused it. */
import type { ComponentChildren } from 'preact';
import type { ApiError } from '../api/client.ts';

export type Tone = 'good' | 'warn' | 'bad' | 'plain';

interface NoticeProps {
  readonly tone: Tone;
  readonly title?: string;
  readonly children?: ComponentChildren;
}

export function Notice({ tone, title, children }: NoticeProps) {
  return (
    <div class={`notice ${tone}`} role={tone === 'bad' ? 'alert' : 'status'}>
      {title !== undefined && <strong>{title}</strong>}
      {children !== undefined && <div>{children}</div>}
    </div>
  );
}

/** The broker's own words. */
export function Problem({ error }: { readonly error: ApiError | undefined }) {
  return error === undefined ? null : <Notice tone="bad">{error.message}</Notice>;
}

/** A short state: its word says it too, not the colour alone. */
export function Badge({ tone = 'plain', children }: { readonly tone?: Tone; readonly children: ComponentChildren }) {
  return <span class={`badge ${tone}`}>{children}</span>;
}
