/** Parts of a view, one at a time; which one stands in the address. */
import type { ComponentChildren } from 'preact';
import { href, useRoute } from '../state/route.ts';

interface TabsProps {
  readonly label: string;
  readonly tabs: readonly (readonly [id: string, title: string, show: () => ComponentChildren])[];
}

export function Tabs({ label, tabs }: TabsProps) {
  const { path, query } = useRoute();
  const current = tabs.find(([id]) => id === query.get('tab')) ?? tabs[0];
  return (
    <>
      <nav class="tabs" aria-label={label}>
        {tabs.map(([id, title]) => (
          <a
            key={id}
            href={href(path, { tab: id === tabs[0][0] ? undefined : id })}
            aria-current={id === current[0] ? 'page' : undefined}
          >
            {title}
          </a>
        ))}
      </nav>
      {current[2]()}
    </>
  );
}
