/** @file What golden steps of methods have in common: their file, the model by its settings, latents with a code. */
import { readFileSync } from 'node:fs';
import { Stream } from '../../src/math/random.js';
import type { AnyModel, BuildContext, MethodDefinition } from '../../src/method/method.js';
import type { Stored } from './golden-step.js';
import { noise } from './noise.js';

type Tensors = Readonly<Record<string, Stored>>;

/** A case of a golden file; it has settings of its method besides. */
export interface MethodCase {
  readonly name: string;
  readonly shape: readonly number[];
  readonly range: 'unit' | 'signed' | 'real';
  readonly components: number;
  readonly batch: number;
  readonly step: number;
  readonly horizon: number;
  readonly outputs: Tensors;
  readonly gradients: Tensors;
  readonly updated: Tensors;
}

/** The cases of `test/golden/FILE.json`, and the PyTorch that gave them. */
export function goldenCases<Case extends MethodCase>(
  file: string,
): { readonly torch: string; readonly cases: readonly Case[] } {
  return JSON.parse(readFileSync(new URL(`../golden/${file}.json`, import.meta.url), 'utf8'));
}

/** The settings of a case: whatever of it is one of its method. */
export function settingsOf<Method extends Pick<MethodDefinition, 'settings'>>(
  { settings }: Method,
  given: MethodCase,
): ReturnType<Method['settings']['parse']> {
  const known = Object.entries(given).filter(([key]) => Object.hasOwn(settings.shape, key));
  return settings.parse(Object.fromEntries(known)) as ReturnType<Method['settings']['parse']>;
}

/** The model of a case; `more` is added to what it is built for. */
export function modelOf(
  method: Pick<MethodDefinition, 'settings' | 'build'>,
  given: MethodCase,
  more: Partial<BuildContext> = {},
): AnyModel {
  const { shape, range, components, batch, horizon } = given;
  const context = { data: { shape, range }, components, batch, horizon, stream: Stream.root(0), ...more };
  return method.build(settingsOf(method, given), context) as AnyModel;
}

/** Hashed noise of n samples, `width` numbers each, beside the one-hot code i mod K of sample i; [n, width + K]. */
export function codedLatents(name: string, n: number, width: number, k: number, scale = 2): Float64Array {
  const drawn = noise(name, n * width, scale);
  const z = new Float64Array(n * (width + k));
  for (let i = 0; i < n; i++) {
    z.set(drawn.subarray(i * width, (i + 1) * width), i * (width + k));
    z[i * (width + k) + width + (i % k)] = 1;
  }
  return z;
}
