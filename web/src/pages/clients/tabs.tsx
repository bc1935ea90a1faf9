/** The three lists of clients, side by side. */
import { href } from '../../state/route.ts';
import { texts } from '../../texts.ts';

const LISTS = ['connections', 'channels', 'consumers'] as const;

export function ClientTabs({ current }: { readonly current: (typeof LISTS)[number] }) {
  return (
    <nav class="tabs" aria-label={texts.connections.lists}>
      {LISTS.map((name) => (
        <a key={name} href={href([name])} aria-current={name === current ? 'page' : undefined}>
          {texts.views[name]}
        </a>
      ))}
    </nav>
  );
}
