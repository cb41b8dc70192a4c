/** @file The table of methods: one line a method. */
import { usageError } from '../errors.js';
import { infogan } from './infogan.js';
import type { MethodDefinition } from './method.js';
import { slogan } from './slogan.js';
import { wgan } from './wgan.js';

/** Every method by its name: `slogan`, `infogan`, `wgan`. */
export const methods: Readonly<Record<string, MethodDefinition>> = Object.fromEntries(
  [slogan, infogan, wgan].map((method) => [method.name, method as MethodDefinition]),
);

/** @throws a usage error that names the methods there are. */
export function methodNamed(name: string): MethodDefinition {
  const method = Object.hasOwn(methods, name) ? methods[name] : undefined;
  if (!method)
    throw usageError(`There is no method '${name}'; choose one of ${Object.keys(methods).join(', ')}.`);
  return method;
}
