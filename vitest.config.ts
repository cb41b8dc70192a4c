import { defineConfig } from 'vitest/config';

/** Unit tests that replace modules, or look at what the modules of a process share. */
const ALONE = ['src/config/schema.test.ts', 'src/prior/gaussian/workers.test.ts'];

export default defineConfig({
  test: {
    testTimeout: 60_000,
    // What a test trains is not taken from what another one has left.
    env: { MIXTURA_REUSE: '0' },
    // Two cores: more workers only fight over the threads of ONNX Runtime.
    maxWorkers: 2,
    projects: [
      // Files that share a process: starting one and reading the modules takes longer than most of their tests.
      {
        extends: true,
        test: { name: 'units', include: ['src/**/*.test.ts'], exclude: ALONE, isolate: false },
      },
      { extends: true, test: { name: 'whole', include: [...ALONE, 'test/**/*.test.ts'] } },
    ],
  },
});
