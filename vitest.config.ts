import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['src/**/*.test.ts', 'test/**/*.test.ts'],
    testTimeout: 60_000,
    // What a test trains is not taken from what another one has left.
    env: { MIXTURA_REUSE: '0' },
    // Two cores: more workers only fight over the threads of ONNX Runtime.
    maxWorkers: 2,
  },
});
