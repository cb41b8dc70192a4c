/** @file The table of methods: those that come with Mixtura, and those that a program registers. */
import type { z } from 'zod';
import { didYouMean } from '../did-you-mean.js';
import { usageError } from '../errors.js';
import type { MethodDefinition } from '../method/method.js';
import { acgan } from './acgan.js';
import { cdgan } from './cdgan.js';
import { clustergan } from './clustergan.js';
import { clusterganOriginal } from './clustergan-original.js';
import { deligan } from './deligan.js';
import { deliganPlus } from './deligan-plus.js';
import { elasticInfogan } from './elastic-infogan.js';
import { gmgan } from './gmgan.js';
import { gmganSupervised } from './gmgan-supervised.js';
import { infogan } from './infogan.js';
import { infoganOriginal } from './infogan-original.js';
import { jointvae } from './jointvae.js';
import { pgmgan } from './pgmgan.js';
import { scgan } from './scgan.js';
import { slogan } from './slogan.js';
import { wgan } from './wgan.js';

/** One line a method. */
const table = new Map<string, MethodDefinition>(
  [
    slogan,
    infogan,
    infoganOriginal,
    wgan,
    deligan,
    deliganPlus,
    clustergan,
    clusterganOriginal,
    scgan,
    cdgan,
    pgmgan,
    elasticInfogan,
    jointvae,
    gmgan,
    acgan,
    gmganSupervised,
  ].map((method) => [method.name, method as MethodDefinition]),
);

/** Names are what is typed after `--method`, and part of the names of run folders. */
const NAME = /^[a-z][a-z0-9-]*$/;

/**
 * Adds a method to the table, so that its runs are trained, opened, sampled, exported and resumed like those of any other.
 *
 * @returns the definition itself
 * @throws a usage error where the name is not one (`a-z`, `0-9`, `-`), or belongs to another method
 */
export function registerMethod<Schema extends z.ZodObject, Method extends MethodDefinition<Schema>>(
  method: Method & MethodDefinition<Schema>,
): Method {
  const { name } = method;
  if (!NAME.test(name)) {
    throw usageError(
      `'${name}' cannot name a method; use small letters, digits and hyphens, such as my-method.`,
    );
  }
  const known = table.get(name);
  if (known !== undefined && known !== (method as unknown)) {
    throw usageError(`There is a method '${name}' already, ${known.title}; give yours another name.`);
  }
  table.set(name, method as unknown as MethodDefinition);
  return method;
}

/** Names of all methods. */
export function methodNames(): string[] {
  return [...table.keys()];
}

/** The method of that name. @throws a usage error that names the methods there are. */
export function methodNamed(name: string): MethodDefinition {
  const method = table.get(name);
  if (method) return method;
  const known = methodNames();
  throw usageError(
    `There is no method '${name}'${didYouMean(name, known)}; choose one of ${known.join(', ')}.`,
  );
}
