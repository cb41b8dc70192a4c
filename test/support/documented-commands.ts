/** @file The commands that the documents give: what stands in their blocks of shell text, and in their prose. */

/** A command of a document. */
export interface DocumentedCommand {
  readonly document: string;
  /** Line of the document, from 1. */
  readonly line: number;
  /** The command without its comment. */
  readonly text: string;
}

/** A word that the reader has to replace, such as `RUN`, `--seed S` or `path/to/...`. */
const PLACEHOLDER = /^(?:[A-Z]+\d?|.*\.\.\..*|\[.*)$/;

/** Commands in blocks of shell text, those that end in a backslash with the lines that follow. */
export function commandsInBlocks(document: string, text: string): DocumentedCommand[] {
  const found: DocumentedCommand[] = [];
  let inside = false;
  let open: DocumentedCommand | undefined;
  text.split('\n').forEach((line, at) => {
    if (line.startsWith('```')) {
      inside = line === '```sh';
      return;
    }
    if (!inside || line.trim() === '' || line.trim().startsWith('#')) return;
    const plain = line.replace(/\s+#\s.*$/, '').trim();
    const whole = open ? `${open.text} ${plain}` : plain;
    const begun = open ?? { document, line: at + 1, text: '' };
    if (whole.endsWith('\\')) {
      open = { ...begun, text: whole.slice(0, -1).trim() };
      return;
    }
    open = undefined;
    found.push({ ...begun, text: whole });
  });
  return found;
}

/** Commands that stand between backquotes in prose and tables, and begin with `mixtura VERB`. */
export function commandsInProse(document: string, text: string): DocumentedCommand[] {
  const prose = text.replace(/^```[\s\S]*?^```/gm, (block) => block.replace(/[^\n]/g, ''));
  return [...prose.matchAll(/`(mixtura [a-z][^`\n]*)`/g)].map((match) => ({
    document,
    line: prose.slice(0, match.index).split('\n').length,
    text: match[1]!.replaceAll('\\|', '|'),
  }));
}

/** The words of a command, quotes taken off. */
export function wordsOf(command: string): string[] {
  return (command.match(/(?:'[^']*'|"[^"]*"|[^\s'"])+/g) ?? []).map((word) => word.replaceAll(/['"]/g, ''));
}

/** Whether every word can be typed as it stands. */
export function isConcrete(command: string): boolean {
  return !wordsOf(command).some((word) => PLACEHOLDER.test(word));
}

/**
 * A command that does the same with few steps: trainings, what comes before their steps, feature networks and measurements are cut; a run that goes on
 * goes on for a few steps.
 */
export function shortened(command: string): string {
  const cut = (steps: number) =>
    /--steps \d+/.test(command)
      ? command.replace(/--steps \d+/, `--steps ${steps}`)
      : command.replace(/^(mixtura \w+ ?\S*)/, `$1 --steps ${steps}`);
  if (/^mixtura train.* --resume /.test(command)) return /--steps/.test(command) ? cut(12) : command;
  if (/^mixtura features( |$)/.test(command)) return cut(8);
  if (/^mixtura train( |$)/.test(command)) {
    const lessons = / --method | --config /.test(command) ? '' : ' --set pretextSteps=2 --set studentSteps=8';
    return `${cut(4)}${lessons}`;
  }
  if (/^mixtura compare( |$)/.test(command)) {
    return / --resume /.test(command) ? command : `${cut(4)} --threads 1`;
  }
  return /^mixtura bench /.test(command) ? cut(3) : command;
}
