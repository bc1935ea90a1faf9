/** What stands above and beneath a long list: the filter, the counts, the pages. All of it is in the address. */
import type { ComponentChildren } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import type { Page } from '../api/types.ts';
import { count } from '../format.ts';
import { setQuery, useRoute } from '../state/route.ts';
import { texts } from '../texts.ts';
import { type Option, optionsOf } from './options.ts';

/** Until who types has typed, in milliseconds. */
const TYPED_MS = 250;

interface ToolsProps {
  readonly page: Page<unknown> | undefined;
  /** True if the broker takes a regular expression. */
  readonly hasPatterns?: boolean;
  readonly children?: ComponentChildren;
}

export function ListTools({ page, hasPatterns = false, children }: ToolsProps) {
  const { query } = useRoute();
  const given = query.get('name') ?? '';
  const [typed, setTyped] = useState(given);
  useEffect(() => setTyped(given), [given]);
  useEffect(() => {
    if (typed === given) return undefined;
    const timer = setTimeout(() => setQuery({ name: typed, page: undefined }), TYPED_MS);
    return () => clearTimeout(timer);
  }, [typed]);
  return (
    <div class="list-tools">
      <input
        type="search"
        aria-label={texts.table.filter}
        placeholder={texts.table.filter}
        value={typed}
        onInput={(event) => setTyped(event.currentTarget.value)}
      />
      {hasPatterns && (
        <label>
          <input
            type="checkbox"
            checked={query.get('regex') === 'true'}
            onChange={(event) => setQuery({ regex: event.currentTarget.checked ? 'true' : undefined, page: undefined })}
          />
          {texts.table.pattern}
        </label>
      )}
      {children}
      {page !== undefined && (
        <span class="muted number end" role="status">
          {texts.table.of(count(page.filtered_count), count(page.total_count))}
        </span>
      )}
    </div>
  );
}

export function Pager({ page }: { readonly page: Page<unknown> | undefined }) {
  if (page === undefined || page.page_count < 2) return null;
  const { page: number, page_count: pages } = page;
  return (
    <nav class="pager" aria-label={texts.table.page(number, pages)}>
      <button type="button" disabled={number <= 1} onClick={() => setQuery({ page: number - 1 })}>
        {texts.table.previous}
      </button>
      <span class="number">{texts.table.page(number, pages)}</span>
      <button type="button" disabled={number >= pages} onClick={() => setQuery({ page: number + 1 })}>
        {texts.table.next}
      </button>
    </nav>
  );
}

interface QuerySelectProps {
  readonly name: string;
  readonly label: string;
  readonly options: readonly Option[];
}

/** A choice that stands in the address. */
export function QuerySelect({ name, label, options }: QuerySelectProps) {
  const value = useRoute().query.get(name) ?? '';
  return (
    <select
      aria-label={label}
      value={value}
      onChange={(event) => setQuery({ [name]: event.currentTarget.value, page: undefined })}
    >
      <option value="">{label}</option>
      {options.map(([option, title]) => (
        <option key={option} value={option} selected={option === value}>
          {title}
        </option>
      ))}
    </select>
  );
}

/** Which virtual host's things are listed, if there are several. */
export function VhostSelect({ vhosts }: { readonly vhosts: readonly string[] }) {
  return vhosts.length > 1 ? (
    <QuerySelect name="vhost" label={texts.queues.allVhosts} options={optionsOf(vhosts)} />
  ) : null;
}
