/** All that is declared, as a file: taken from the broker, and put into it. What the importer says stands here. */
import { useState } from 'preact/hooks';
import { type ApiError, ask, at, send } from '../../api/client.ts';
import { Action } from '../../parts/action.tsx';
import { Select } from '../../parts/field.tsx';
import { Notice, Problem } from '../../parts/notice.tsx';
import { optionsOf } from '../../parts/options.ts';
import { Panel } from '../../parts/panel.tsx';
import { useVhosts } from '../../state/vhosts.ts';
import { texts } from '../../texts.ts';

const words = texts.definitions;

export function Definitions() {
  const vhosts = useVhosts();
  const [vhost, setVhost] = useState('');
  const [error, setError] = useState<ApiError>();
  const [isDone, setDone] = useState(false);
  const path = vhost === '' ? '/definitions' : at`/definitions/${vhost}`;
  const download = async (): Promise<void> => {
    try {
      const response = await send('GET', path);
      save(await response.blob(), `${vhost === '' ? 'definitions' : `definitions-${vhost}`}.json`);
      setError(undefined);
    } catch (problem) {
      setError(problem as ApiError);
    }
  };
  return (
    <Panel title={words.title}>
      <div class="stack">
        <Select
          name="vhost"
          label={words.of}
          value={vhost}
          options={[['', words.whole], ...optionsOf(vhosts)]}
          onChange={setVhost}
        />
        <div class="actions">
          <button type="button" onClick={() => void download()}>
            {words.down}
          </button>
          <Action
            label={words.up}
            what={words.upWhat(vhost)}
            run={async (values) => {
              setDone(false);
              await ask('POST', path, { body: await values.file('file').text() });
            }}
            onDone={() => setDone(true)}
          >
            <label>
              {words.file}
              <input type="file" name="file" accept="application/json,.json" required />
            </label>
          </Action>
        </div>
        <p class="hint">{words.secrets}</p>
      </div>
      <Problem error={error} />
      {isDone && <Notice tone="good" title={words.done} />}
    </Panel>
  );
}

function save(content: Blob, name: string): void {
  const address = URL.createObjectURL(content);
  const link = document.createElement('a');
  link.href = address;
  link.download = name.replace(/[^\w.-]/g, '_');
  link.click();
  URL.revokeObjectURL(address);
}
