/** What a person chose, kept in the browser: the theme, the columns of tables. */
import { Signal } from './signal.ts';

/** Kept under `name` as JSON; without a place to keep things it lasts as long as the page. */
export function stored<Value>(name: string, byDefault: Value): Signal<Value> {
  const key = `leveret.${name}`;
  const signal = new Signal(byDefault);
  try {
    const text = window.localStorage.getItem(key);
    if (text !== null) signal.value = JSON.parse(text) as Value;
    signal.watch(() => window.localStorage.setItem(key, JSON.stringify(signal.value)));
  } catch {
    // A browser may keep nothing, or have kept nonsense.
  }
  return signal;
}

export const THEMES = ['auto', 'light', 'dark', 'contrast'] as const;
export type Theme = (typeof THEMES)[number];

export const theme = stored<Theme>('theme', 'auto');
applyTheme();
theme.watch(applyTheme);

function applyTheme(): void {
  document.documentElement.dataset.theme = theme.value;
}
