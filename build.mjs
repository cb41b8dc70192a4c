// Builds dist/: TypeScript to ES modules, the AssemblyScript kernels to WebAssembly files.
import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';

const require = createRequire(import.meta.url);
const bin = (pkg, file) => path.join(path.dirname(require.resolve(`${pkg}/package.json`)), file);
const node = (...args) => execFileSync(process.execPath, args, { stdio: 'inherit' });

rmSync('dist', { recursive: true, force: true });
const tsc = (...args) => node(bin('typescript', 'bin/tsc'), '-p', 'tsconfig.json', ...args);
tsc('--emitDeclarationOnly');
// Comments stay in the declarations; without them the program is a fifth smaller.
tsc('--removeComments', '--declaration', 'false', '--noCheck');
// The same kernels over a memory that threads share, which is another kind of import.
const shared = ['--enable', 'threads', '--sharedMemory', '--initialMemory', '1', '--maximumMemory', '65536'];
for (const [source, file, more = []] of [
  ['src/wasm/kernel/index.ts', 'dist/wasm/kernel.wasm'],
  ['src/wasm/kernel/index.ts', 'dist/wasm/kernel-shared.wasm', shared],
  ['src/wasm/kernel/random.ts', 'dist/wasm/random.wasm'],
]) {
  mkdirSync(path.dirname(file), { recursive: true });
  const options = [
    '--enable',
    'simd',
    '-O3',
    '--noAssert',
    '--runtime',
    'stub',
    '--importMemory',
    // Static data lie in the first 1,024 bytes, which memories leave to the kernels.
    '--memoryBase',
    '64',
    // Functions of vectors are shared by the kernels' files; none of them is exported from a module.
    '--disableWarning',
    '112',
    ...more,
  ];
  node(bin('assemblyscript', 'bin/asc.js'), source, '--outFile', file, ...options);
}
chmodSync('dist/cli/main.js', 0o755);

const { requestJsonSchema } = await import('./dist/config/request.js');
writeFileSync('dist/config.schema.json', `${JSON.stringify(requestJsonSchema(), null, 2)}\n`);
