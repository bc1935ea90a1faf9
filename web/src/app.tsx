/** Who is signed in sees the view that the address names; who is not signs in, and then sees it. */
import { useEffect } from 'preact/hooks';
import { Shell } from './shell.tsx';
import { SignIn } from './pages/sign-in.tsx';
import { live } from './state/live.ts';
import { resume, user } from './state/session.ts';
import { useSignal } from './state/signal.ts';

export function App() {
  const now = useSignal(user);
  useEffect(() => {
    if (now === undefined) void resumeUntilAnswered();
  }, []);
  if (now === undefined) return null;
  return now === null ? <SignIn /> : <Shell user={now} />;
}

async function resumeUntilAnswered(): Promise<void> {
  for (;;) {
    try {
      await resume();
      return;
    } catch {
      live.value = 'lost';
      await new Promise((resolve) => setTimeout(resolve, 1000));
    }
  }
}
