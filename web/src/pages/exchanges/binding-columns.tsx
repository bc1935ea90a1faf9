/** What lists of bindings show of each, from whichever side they are seen. */
import { ask } from '../../api/client.ts';
import { unbindPath } from '../../api/exchanges.ts';
import type { Binding } from '../../api/types.ts';
import { valueText } from '../../format.ts';
import { Action } from '../../parts/action.tsx';
import { Name } from '../../parts/name.tsx';
import type { Column } from '../../parts/table.tsx';
import { texts } from '../../texts.ts';

const words = texts.bindings;

/** Behind the other side: the key, the arguments, and what takes the binding away. */
export function bindingColumns(onDone: () => void): Column<Binding>[] {
  return [
    { id: 'key', title: words.key, sort: 'routing_key', show: ({ routing_key: key }) => <Name of={key} /> },
    {
      id: 'arguments',
      title: texts.action.arguments,
      show: ({ arguments: args }) => (Object.keys(args).length === 0 ? '' : <code>{valueText(args)}</code>),
    },
    {
      id: 'unbind',
      title: '',
      show: (binding) =>
        // Those of the default exchange are there as long as their queues.
        binding.source !== '' && (
          <Action
            isPlain
            isDanger
            label={words.unbind}
            what={words.unbindWhat(binding.source, binding.destination)}
            run={() => ask('DELETE', unbindPath(binding))}
            onDone={onDone}
          />
        ),
    },
  ];
}
