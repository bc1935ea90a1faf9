/** The figures that are looked at first, large. */
import type { ComponentChildren } from 'preact';
import { figure, rate } from '../../api/stats.ts';
import type { Overview } from '../../api/types.ts';
import { brief, count, perSecond } from '../../format.ts';
import { href } from '../../state/route.ts';
import { texts } from '../../texts.ts';

interface NumberProps {
  readonly title: string;
  readonly colour?: string;
  readonly value: string | undefined;
  readonly exactly?: string;
  readonly children?: ComponentChildren;
}

export function Numbers({ overview }: { readonly overview: Overview | undefined }) {
  const { queue_totals: totals, message_stats: stats, object_totals: objects } = overview ?? {};
  const known = overview !== undefined;
  const of = (name: string) =>
    known ? { value: brief(figure(totals, name)), exactly: count(figure(totals, name)) } : { value: undefined };
  const speed = (name: string) => ({ value: known ? perSecond(rate(stats, name)) : undefined });
  return (
    <div class="numbers">
      <One title={texts.stats.ready} colour="teal" {...of('messages_ready')} />
      <One title={texts.stats.unacked} colour="amber" {...of('messages_unacknowledged')} />
      <One title={texts.stats.publish} colour="blue" {...speed('publish')}>
        {texts.stats.perSecond}
      </One>
      <One title={texts.stats.deliver} colour="violet" {...speed('deliver_get')}>
        {texts.stats.perSecond}
      </One>
      <div class="objects">
        {(['queues', 'exchanges', 'connections', 'channels', 'consumers'] as const).map((name) => (
          <a key={name} href={href([name])}>
            <span>{texts.views[name]}</span>
            <b class="number">{objects === undefined ? '–' : count(objects[name])}</b>
          </a>
        ))}
      </div>
    </div>
  );
}

function One({ title, colour = '', value, exactly, children }: NumberProps) {
  return (
    <div class={`one ${colour}`} title={exactly}>
      <span class="one-title">{title}</span>
      <span class="one-value number">{value ?? '–'}</span>
      <span class="one-unit">{children}</span>
    </div>
  );
}
