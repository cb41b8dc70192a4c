/** @file What a preset is. */
import type { RunConfig } from './schema.js';

/** A named part of a request: data, sizes and settings that go well together. */
export interface Preset extends Partial<Omit<RunConfig, 'data' | 'settings'>> {
  /** One line for `--help` and error messages. */
  readonly summary: string;
  /** The data that it is made for, or without a name how any data are read with it. */
  readonly data?: Partial<RunConfig['data']>;
  /** Settings of the method that differ from its defaults. */
  readonly settings: Readonly<Record<string, unknown>>;
}
