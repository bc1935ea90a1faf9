/** What stands around every view: where one can go, who is signed in, and whether the broker answers. */
import { useEffect, useRef, useState } from 'preact/hooks';
import { Hare } from './parts/hare.tsx';
import { Icon } from './parts/icon.tsx';
import { Notice } from './parts/notice.tsx';
import { follow, live } from './state/live.ts';
import { href, useRoute } from './state/route.ts';
import { signOut, type User } from './state/session.ts';
import { useSignal } from './state/signal.ts';
import { type Theme, theme, THEMES } from './state/stored.ts';
import { useOtherVersion } from './state/version.ts';
import { texts } from './texts.ts';
import { VIEWS } from './views.ts';

export function Shell({ user }: { readonly user: User }) {
  const { path } = useRoute();
  const [name = 'overview', ...names] = path;
  const view = VIEWS.find((known) => known.path === name);
  const main = useRef<HTMLElement>(null);
  useEffect(follow, [user]);
  useEffect(() => {
    document.title = [...names, view?.title, texts.product].filter(Boolean).join(' · ');
  });
  // Who uses a keyboard or hears the page begins at the view's top.
  const isFirst = useRef(true);
  useEffect(() => {
    if (!isFirst.current) main.current?.focus();
    isFirst.current = false;
  }, [path.join('/')]);
  return (
    <div class="shell">
      <a class="skip" href="#content" onClick={(event) => (event.preventDefault(), main.current?.focus())}>
        {texts.shell.skip}
      </a>
      <Navigation user={user} current={name} />
      <main ref={main} id="content" tabIndex={-1}>
        <Connection />
        {view === undefined ? (
          <p class="empty">{texts.shell.nowhere}</p>
        ) : (
          <view.show key={path.join('/')} names={names} />
        )}
      </main>
    </div>
  );
}

function Navigation({ user, current }: { readonly user: User; readonly current: string }) {
  const [isOpen, setOpen] = useState(false);
  const leave = (): void => void signOut().catch(() => undefined);
  return (
    <header class={isOpen ? 'side open' : 'side'}>
      <div class="brand">
        <Hare size={28} />
        <span>{texts.product}</span>
        <button
          type="button"
          class="toggle"
          aria-expanded={isOpen}
          aria-label={texts.shell.navigation}
          onClick={() => setOpen(!isOpen)}
        >
          <Icon name="menu" />
        </button>
      </div>
      <nav aria-label={texts.shell.navigation} onClick={() => setOpen(false)}>
        {VIEWS.filter(({ icon }) => icon !== undefined).map(({ path, title, icon }) => (
          <a key={path} href={href([path])} aria-current={path === current ? 'page' : undefined}>
            <Icon name={icon!} />
            {title}
          </a>
        ))}
      </nav>
      <div class="side-end">
        <Live />
        <ThemeChoice />
        <button type="button" class="quiet" onClick={leave}>
          <Icon name="leave" />
          <span>
            {texts.shell.signOut} <b>{user.name}</b>
          </span>
        </button>
      </div>
    </header>
  );
}

function Live() {
  const state = useSignal(live);
  const word = { live: texts.shell.live, connecting: texts.shell.connecting, lost: texts.shell.away }[state];
  return <span class={`live ${state}`}>{word}</span>;
}

function ThemeChoice() {
  const now = useSignal(theme);
  return (
    <label class="theme">
      <Icon name="theme" />
      <span class="unseen">{texts.shell.theme}</span>
      <select value={now} onChange={(event) => (theme.value = event.currentTarget.value as Theme)}>
        {THEMES.map((name) => (
          <option key={name} value={name}>
            {texts.shell.themes[name]}
          </option>
        ))}
      </select>
    </label>
  );
}

/** Says that the broker does not answer, or is another than the one that this page came from. */
function Connection() {
  const state = useSignal(live);
  const other = useOtherVersion();
  if (state === 'lost') {
    return (
      <Notice tone="bad" title={texts.shell.lost}>
        {texts.shell.lostWhat}
      </Notice>
    );
  }
  if (other === undefined) return null;
  return (
    <Notice tone="warn" title={texts.shell.newer(other)}>
      <button type="button" onClick={() => window.location.reload()}>
        {texts.shell.reload}
      </button>
    </Notice>
  );
}
