/** The log of a broker, for a test to read. */
import type { Logger } from '../../src/util/logger.ts';

export interface LogLine {
  readonly fields: Readonly<Record<string, unknown>>;
  readonly message: string;
}

export class KeptLog implements Logger {
  readonly errors: LogLine[] = [];
  readonly warnings: LogLine[] = [];
  readonly infos: LogLine[] = [];

  debug(): void {}

  info(fields: object, message: string): void {
    this.infos.push({ fields: { ...fields }, message });
  }

  warn(fields: object, message: string): void {
    this.warnings.push({ fields: { ...fields }, message });
  }

  error(fields: object, message: string): void {
    this.errors.push({ fields: { ...fields }, message });
  }
}
