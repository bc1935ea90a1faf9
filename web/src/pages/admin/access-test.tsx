/** May this user do that? The broker says, and names the rules. */
import { at, withQuery } from '../../api/client.ts';
import { Row, Select, Text } from '../../parts/field.tsx';
import { Notice, Problem } from '../../parts/notice.tsx';
import { optionsOf } from '../../parts/options.ts';
import { Panel } from '../../parts/panel.tsx';
import { useQuestion } from '../../state/answer.ts';
import { useVhosts } from '../../state/vhosts.ts';
import { texts } from '../../texts.ts';
import { useUserOptions } from './names.ts';

const words = texts.accessTest;

interface Answer {
  readonly allowed: boolean;
  readonly rules: readonly {
    readonly rule: 'permission' | 'topic-permission';
    readonly pattern?: string;
    readonly allows: boolean;
  }[];
}

export function AccessTest() {
  const users = useUserOptions();
  const vhosts = useVhosts();
  const { answer, error, put } = useQuestion<Answer>();
  const test = (event: SubmitEvent): void => {
    event.preventDefault();
    const form = new FormData(event.currentTarget as HTMLFormElement);
    const { user, ...question } = Object.fromEntries(form) as Record<string, string>;
    void put(withQuery(at`/users/${user}/access`, question));
  };
  return (
    <Panel title={words.title}>
      <form class="stack" onSubmit={test}>
        <Row>
          <Select name="user" label={texts.admin.user} options={users} />
          <Select name="vhost" label={texts.queues.vhost} options={optionsOf(vhosts)} />
          <Select name="operation" label={words.operation} options={Object.entries(texts.admin.kinds)} value="write" />
          <Select name="kind" label={words.kind} options={Object.entries(texts.exchanges.kinds)} value="exchange" />
          <Text name="name" label={texts.queues.name} value="amq.topic" />
          <Text name="routing_key" label={texts.bindings.key} />
        </Row>
        <div>
          <button>{words.action}</button>
        </div>
      </form>
      <Problem error={error} />
      {answer !== undefined && (
        <Notice tone={answer.allowed ? 'good' : 'bad'} title={answer.allowed ? words.allowed : words.refused}>
          {answer.rules.map(({ rule, pattern, allows }) => (
            <p key={rule}>{words.rule(words.rules[rule], pattern, allows)}</p>
          ))}
        </Notice>
      )}
    </Panel>
  );
}
