/** @file A run as a file asks for it: the keys of the run, all of them optional. */
import { z } from 'zod';
import { presets } from './presets.js';
import type { RunRequest } from './resolve.js';
import { parse } from './resolve.js';
import { dataSchema, runSchema } from './schema.js';

/** What a file of settings may hold. */
const requestSchema = runSchema
  .partial()
  .extend({
    $schema: z.string().optional().describe('where this schema is, for editors'),
    preset: z.enum(Object.keys(presets)).optional().describe('settings that go well together'),
    method: z.string().optional().describe('method of training (default: slogan)'),
    data: dataSchema
      .extend({
        name: z
          .string()
          .describe('name of a data set, or path of a file or folder, from the folder of this file'),
        subsetSeed: dataSchema.shape.subsetSeed.unwrap(),
      })
      .partial()
      .optional()
      .describe('the data, and how they are read'),
  })
  .describe('The settings of a run of Mixtura, for mixtura train --config.');

/** The JSON Schema of files for `mixtura train --config`; it is published as `mixtura/config.schema.json`. */
export function requestJsonSchema(): object {
  return z.toJSONSchema(requestSchema);
}

/** What a resolved run holds beside what was asked for. */
const RESOLVED = ['version', 'dataset', 'changes'] as const;

/**
 * The request of a file's content. The `config.json` of a run is one, too: what describes its data as they were opened is
 * left out, and its data are opened anew.
 *
 * @throws a usage error that names a key that there is not, or the first value that is not valid
 */
export function requestOfContent(content: unknown, file: string): RunRequest {
  const isRun =
    typeof content === 'object' && content !== null && 'version' in content && 'dataset' in content;
  const asked = isRun
    ? Object.fromEntries(Object.entries(content).filter(([key]) => !RESOLVED.some((name) => name === key)))
    : content;
  const { $schema: _, ...request } = parse(requestSchema, asked ?? {}, `setting in ${file}`);
  return request as RunRequest;
}
