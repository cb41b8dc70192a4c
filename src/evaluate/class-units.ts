/** @file What is scored where several components are of one class, which data do not tell apart: the classes. */
import type { Inference } from '../train/inference.js';

/** Units that are scored: components, or the classes that share them. */
export interface ClassUnits {
  readonly count: number;
  /** The unit of each component, 0..count-1. */
  readonly of: ArrayLike<number>;
  /** Whether a unit has more than one component. */
  readonly shared: boolean;
}

/** The classes of the components of a model that was told them and gives several to one class, else its components. */
export function classUnits({
  components,
  graphs,
}: {
  readonly components: number;
  readonly graphs: Pick<Inference['graphs'], 'labelClasses'>;
}): ClassUnits {
  const of = Array.from(graphs.labelClasses ?? []);
  const count = new Set(of).size;
  const shared = count < of.length;
  return shared
    ? { count, of, shared }
    : { count: components, of: Array.from({ length: components }, (_, c) => c), shared };
}

/**
 * The class of the data that each unit is by its name, -1 for a name that the data do not have.
 *
 * @param names names of the classes that training was told
 * @returns nothing for a model that was told none: its groups are matched with classes
 */
export function namedClasses(
  units: ClassUnits,
  labelClasses: ArrayLike<number> | undefined,
  names: readonly string[] | undefined,
  classNames: readonly string[] | undefined,
): Int32Array | undefined {
  if (!labelClasses || !names || !classNames) return undefined;
  const classOf = new Int32Array(units.count);
  for (let component = 0; component < labelClasses.length; component++) {
    classOf[units.of[component]!] = classNames.indexOf(names[labelClasses[component]!]!);
  }
  return classOf;
}

/** Sums over the components of each unit: rows of K numbers become rows of as many as there are units. */
export function sumUnits<Values extends Float32Array | Float64Array>(
  values: Values,
  units: ClassUnits,
): Values {
  const { count, of, shared } = units;
  if (!shared) return values;
  const rows = values.length / of.length;
  const out = new (values.constructor as new (length: number) => Values)(rows * count);
  for (let i = 0; i < rows; i++) {
    for (let c = 0; c < of.length; c++) out[i * count + of[c]!]! += values[i * of.length + c]!;
  }
  return out;
}
