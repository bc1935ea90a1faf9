/** All that is declared, as a file: taken from the broker, and put into it. What the importer says stands here. */
import { useState } from 'preact/hooks';
import { ask, at, withQuery } from '../../api/client.ts';
import { Action } from '../../parts/action.tsx';
import { Download } from '../../parts/download.tsx';
import { Select } from '../../parts/field.tsx';
import { Notice } from '../../parts/notice.tsx';
import { optionsOf } from '../../parts/options.ts';
import { Panel } from '../../parts/panel.tsx';
import { useVhosts } from '../../state/vhosts.ts';
import { texts } from '../../texts.ts';

/** Something that the importer has to say, and where in the file. */
interface Finding {
  readonly path: string;
  readonly text: string;
}

const words = texts.definitions;

export function Definitions() {
  const vhosts = useVhosts();
  const [vhost, setVhost] = useState('');
  /** What the importer passed over, or took for something else, at the last upload. */
  const [warnings, setWarnings] = useState<readonly Finding[]>();
  const path = vhost === '' ? '/definitions' : at`/definitions/${vhost}`;
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
          <Download path={path} name={`${vhost === '' ? 'definitions' : `definitions-${vhost}`}.json`} />
          <Action
            label={words.up}
            what={words.upWhat(vhost)}
            run={async (values) => {
              setWarnings(undefined);
              const body = await values.file('file').text();
              const { warnings: found } = await ask<{ readonly warnings: readonly Finding[] }>(
                'POST',
                withQuery(path, { report: 'true' }),
                { body },
              );
              setWarnings(found);
            }}
          >
            <label>
              {words.file}
              <input type="file" name="file" accept="application/json,.json" required />
            </label>
          </Action>
        </div>
        <p class="hint">{words.secrets}</p>
      </div>
      {warnings?.length === 0 && <Notice tone="good" title={words.done} />}
      {warnings !== undefined && warnings.length > 0 && (
        <Notice tone="warn" title={words.doneBut(warnings.length)}>
          <ul>
            {warnings.map(({ path: place, text }) => (
              <li key={`${place} ${text}`}>
                <code>{place}</code> {text}
              </li>
            ))}
          </ul>
        </Notice>
      )}
    </Panel>
  );
}
