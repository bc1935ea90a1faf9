import { describe, expect, it } from 'vitest';
import { histogramSamples, labelPairs, metricLines } from '../../../src/metrics/exposition.ts';
import { EventLoopDelay } from '../../../src/metrics/event-loop-delay.ts';
import { Histogram } from '../../../src/util/histogram.ts';
import { HandClock } from '../../support/hand-clock.ts';

describe('the text format', () => {
  it('has the type before the help, as RabbitMQ', () => {
    const metric = { type: 'gauge', name: 'queues', help: 'Queues available' } as const;
    const samples = [
      { labels: '', value: 3 },
      { labels: labelPairs({ vhost: '/', queue: 'q' }), value: 0.5 },
    ];
    expect([...metricLines('rabbitmq_', metric, samples)].join('')).toBe(
      '# TYPE rabbitmq_queues gauge\n# HELP rabbitmq_queues Queues available\nrabbitmq_queues 3\nrabbitmq_queues{vhost="/",queue="q"} 0.5\n',
    );
  });

  it('escapes what would end a label or a line', () => {
    expect(labelPairs({ queue: 'a "b" \\ \n c' })).toBe('queue="a \\"b\\" \\\\ \\n c"');
  });

  it('has each bucket of a histogram with all that is in those before it', () => {
    const histogram = new Histogram([0.5, 100, 5_000_000]);
    for (const value of [0.5, 0.6, 100, 101, 1e9]) histogram.add(value);
    expect([...histogramSamples(histogram, 'protocol="x"')]).toEqual([
      { suffix: '_bucket', labels: 'protocol="x",le="0.5"', value: 1 },
      { suffix: '_bucket', labels: 'protocol="x",le="100.0"', value: 3 },
      { suffix: '_bucket', labels: 'protocol="x",le="5e+06"', value: 4 },
      { suffix: '_bucket', labels: 'protocol="x",le="+Inf"', value: 5 },
      { suffix: '_sum', labels: 'protocol="x"', value: 0.5 + 0.6 + 100 + 101 + 1e9 },
      { suffix: '_count', labels: 'protocol="x"', value: 5 },
    ]);
  });
});

describe('the delay of the event loop', () => {
  const looks = ({ counts }: Histogram): number => counts.reduce((sum, count) => sum + count, 0);

  it('is looked at from the first question on, until nobody has asked for long', () => {
    const clock = new HandClock();
    const delay = new EventLoopDelay(clock);
    clock.pass(1000);
    const { delays } = delay;
    expect(looks(delays)).toBe(0);
    clock.pass(1000);
    expect(looks(delays)).toBe(50);
    expect(delays.sum).toBe(0);
    clock.pass(3_600_000);
    const then = looks(delays);
    clock.pass(3_600_000);
    expect(looks(delays)).toBe(then);
    expect(looks(delay.delays)).toBe(then);
    clock.pass(1000);
    expect(looks(delays)).toBe(then + 50);
    delay.stop();
    clock.pass(1000);
    expect(looks(delays)).toBe(then + 50);
  });
});
