/** A piece of a view under a heading. */
import type { ComponentChildren } from 'preact';

interface PanelProps {
  readonly title: string;
  /** Beside the heading: what can be chosen or done here. */
  readonly aside?: ComponentChildren;
  readonly wide?: boolean;
  readonly children: ComponentChildren;
}

export function Panel({ title, aside, wide = false, children }: PanelProps) {
  return (
    <section class={wide ? 'panel wide' : 'panel'}>
      <header>
        <h2>{title}</h2>
        {aside}
      </header>
      {children}
    </section>
  );
}

/** Names and what they have. What is undefined is left out. */
export function Facts({ of }: { readonly of: readonly (readonly [name: string, value: ComponentChildren])[] }) {
  return (
    <dl class="facts">
      {of
        .filter(([, value]) => value !== undefined && value !== null)
        .map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
    </dl>
  );
}
