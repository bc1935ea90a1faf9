/** Reads the text format of Prometheus as strictly as promtool: a test that is given nonsense fails. */

export interface Metrics {
  /** By the metric's name. */
  readonly types: ReadonlyMap<string, string>;
  /** By name and labels, as the line has them. */
  readonly samples: ReadonlyMap<string, number>;
  /** `labels`: all of them, as text; undefined where there is none with any. */
  readonly value: (name: string, labels?: string) => number | undefined;
}

const SAMPLE = /^([a-zA-Z_][a-zA-Z0-9_]*)(\{(?:[a-zA-Z_]\w*="(?:[^"\\\n]|\\["\\n])*",?)*\})? (\S+)$/;

/** Throws for a line that is none, a metric or a sample that comes twice, and a sample that is not of the metric before it. */
export function readMetrics(text: string): Metrics {
  const types = new Map<string, string>();
  const samples = new Map<string, number>();
  let current = '';
  if (!text.endsWith('\n')) throw new Error('the last line does not end');
  for (const line of text.slice(0, -1).split('\n')) {
    const [, type, help] = /^# TYPE (\S+) (?:counter|gauge|untyped|histogram)$|^# HELP (\S+) .+$/.exec(line) ?? [];
    if (type !== undefined) {
      if (types.has(type)) throw new Error(`${type} comes twice`);
      types.set((current = type), line.split(' ')[3]);
    } else if (help !== undefined) {
      if (help !== current) throw new Error(`the help of ${help} stands with ${current}`);
    } else {
      const [, name, labels = '', value] = SAMPLE.exec(line) ?? [];
      if (name === undefined || Number.isNaN(Number(value))) throw new Error(`no sample: ${line}`);
      if (name.replace(/_(bucket|sum|count)$/, '') !== current && name !== current) {
        throw new Error(`${name} stands with ${current}`);
      }
      if (samples.has(name + labels)) throw new Error(`${name}${labels} comes twice`);
      samples.set(name + labels, Number(value));
    }
  }
  const value: Metrics['value'] = (name, labels) => {
    if (labels !== undefined) return samples.get(`${name}{${labels}}`);
    for (const [key, sample] of samples) if (key === name || key.startsWith(`${name}{`)) return sample;
    return undefined;
  };
  return { types, samples, value };
}
