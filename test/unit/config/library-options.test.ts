import { describe, expect, it } from 'vitest';
import { defaultConfig } from '../../../src/config/merge-sources.ts';
import { resolveOptions, type BrokerOptions } from '../../../src/embed/options.ts';
import { silentLogger } from '../../../src/util/logger.ts';

describe('the options of the library', () => {
  it('default to a silent broker in memory that only this machine reaches, with any user', () => {
    expect(resolveOptions({})).toEqual({
      ...defaultConfig,
      host: '127.0.0.1',
      managementPort: undefined,
      prometheusPort: undefined,
      dataDir: undefined,
      logLevel: 'silent',
      loopbackUsers: [],
    });
  });

  it('count as not given when they are undefined', () => {
    expect(resolveOptions({ port: undefined, logger: undefined })).toEqual(resolveOptions({}));
  });

  it('take a data folder and a logger', () => {
    const config = resolveOptions({ dataDir: 'state', logger: silentLogger });
    expect(config.dataDir).toBe('state');
    expect(config).not.toHaveProperty('logger');
  });

  it('are refused when they are wrong or unknown, all at once', () => {
    const wrong = { port: '5672', datadir: 'x', memory: true } as unknown as BrokerOptions;
    expect(() => resolveOptions(wrong)).toThrow(
      'unknown key "datadir", did you mean "dataDir"?\nunknown key "memory"\nport must be an integer from 0 to 65535, or "none", not "5672"',
    );
  });
});
