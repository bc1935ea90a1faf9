/** The few pictures beside words: they say nothing that the words do not. */
const PATHS = {
  overview: 'M3 12h4l3-8 4 16 3-8h4',
  queues: 'M4 6h16M4 12h16M4 18h10',
  exchanges: 'M4 12h6m0 0 6-6m-6 6 6 6M17 3v4h4M17 21v-4h4',
  clients: 'M8 12h8M5 8v8a3 3 0 0 0 3 3M19 16V8a3 3 0 0 0-3-3M8 5a3 3 0 0 0-3 3m11 11a3 3 0 0 0 3-3',
  delayed: 'M12 7v5l3 2M12 21a9 9 0 1 1 0-18 9 9 0 0 1 0 18z',
  jobs: 'M4 12a8 8 0 0 1 14-5l2 2M20 4v5h-5M20 12a8 8 0 0 1-14 5l-2-2M4 20v-5h5',
  admin: 'M12 3l7 3v5c0 5-3 8-7 10-4-2-7-5-7-10V6zM9 12l2 2 4-4',
  theme: 'M12 21a9 9 0 1 1 0-18zM12 3a9 9 0 0 1 0 18',
  leave: 'M10 4H5v16h5M14 8l4 4-4 4M18 12H9',
  menu: 'M4 7h16M4 12h16M4 17h16',
} as const;

export type IconName = keyof typeof PATHS;

export function Icon({ name }: { readonly name: IconName }) {
  return (
    <svg class="icon" viewBox="0 0 24 24" aria-hidden="true">
      <path d={PATHS[name]} />
    </svg>
  );
}
