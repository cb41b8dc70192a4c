/** @file `mixtura doctor`: checks the machine, a line a thing. */

import { type Check, checkMachine } from '../bench/doctor.js';
import { ExitCode } from '../errors.js';
import { print, printJson } from './screen/output.js';
import type { Arguments, Verb } from './verb.js';

/** The verb `doctor`. */
export const doctorVerb: Verb = {
  name: 'doctor',
  summary: 'Check that this machine can train, and say what to do where it cannot.',
  usage: '',
  arity: [0, 0],
  options: {},
  examples: ['mixtura doctor'],
  run: runDoctor,
};

async function runDoctor(args: Arguments): Promise<number> {
  const checks: Check[] = [];
  for await (const check of checkMachine()) {
    checks.push(check.ok ? withoutAdvice(check) : check);
    if (!args.flag('json')) print(lineOf(check));
  }
  const ok = checks.every((check) => check.ok || !check.essential);
  if (args.flag('json')) printJson({ ok, checks });
  else print(ok ? 'This machine can train.' : 'This machine cannot train yet.');
  return ok ? ExitCode.done : ExitCode.failed;
}

function withoutAdvice({ advice: _, ...check }: Check): Check {
  return check;
}

function lineOf({ name, ok, detail, advice }: Check): string {
  const state = ok ? 'ok     ' : 'problem';
  return `  ${state}  ${name.padEnd(14)} ${detail}${ok || advice === undefined ? '' : `; ${advice}`}`;
}
