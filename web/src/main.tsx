import { render } from 'preact';
import { App } from './app.tsx';
import './state/stored.ts';

render(<App />, document.querySelector('#app')!);
