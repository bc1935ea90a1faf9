/** Signing in. The browser gets a cookie that no script reads; the password is kept nowhere. */
import { useEffect, useState } from 'preact/hooks';
import { ApiError, ask } from '../api/client.ts';
import { Hare } from '../parts/hare.tsx';
import { Notice } from '../parts/notice.tsx';
import { sessionEnded, signIn } from '../state/session.ts';
import { texts } from '../texts.ts';

interface AuthSettings {
  readonly oauth_enabled?: boolean;
}

/** The browser came back from the identity provider, and was not let in. */
function wasRefused(): boolean {
  return new URLSearchParams(location.search).has('refused');
}

export function SignIn() {
  const [error, setError] = useState<string | undefined>(wasRefused() ? texts.signIn.refused : undefined);
  const [byProvider, setByProvider] = useState(false);
  const [isAsking, setAsking] = useState(false);
  const submit = async (event: SubmitEvent): Promise<void> => {
    event.preventDefault();
    const form = new FormData(event.currentTarget as HTMLFormElement);
    const text = (name: string): string => form.get(name) as string;
    setAsking(true);
    try {
      await signIn(text('username'), text('password'));
    } catch (problem) {
      if (!(problem instanceof ApiError)) throw problem;
      setError(problem.message === 'Login failed' ? texts.signIn.failed : problem.message);
      setAsking(false);
    }
  };
  useEffect(() => {
    // Without an answer there is the form alone.
    ask<AuthSettings>('GET', '/auth').then(
      ({ oauth_enabled: isOn = false }) => setByProvider(isOn),
      () => undefined,
    );
  }, []);
  return (
    <main class="sign-in">
      <form onSubmit={(event) => void submit(event)}>
        <Hare size={44} />
        <h1>{texts.product}</h1>
        {error !== undefined ? (
          <Notice tone="bad">{error}</Notice>
        ) : (
          sessionEnded() && <Notice tone="plain">{texts.signIn.ended}</Notice>
        )}
        <label>
          {texts.signIn.name}
          <input name="username" autocomplete="username" required autofocus spellcheck={false} />
        </label>
        <label>
          {texts.signIn.password}
          <input name="password" type="password" autocomplete="current-password" required />
        </label>
        <button class="primary" disabled={isAsking}>
          {texts.signIn.action}
        </button>
        {byProvider && <a href="api/session/openid">{texts.signIn.byProvider}</a>}
      </form>
    </main>
  );
}
