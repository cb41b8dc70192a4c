// The made data of test/support/made-data.ts for benches: the file without its types, which are all that it imports.
import { readFileSync } from 'node:fs';
import ts from 'typescript';

const source = readFileSync(new URL('../test/support/made-data.ts', import.meta.url), 'utf8');
const { outputText } = ts.transpileModule(source, {
  compilerOptions: {
    target: ts.ScriptTarget.ES2022,
    module: ts.ModuleKind.ESNext,
    verbatimModuleSyntax: true,
  },
});
/** @type {typeof import('../test/support/made-data.js')} */
export const madeData = await import(`data:text/javascript,${encodeURIComponent(outputText)}`);
