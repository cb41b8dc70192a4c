import { join } from 'node:path';
import { expect, it } from 'vitest';
import { cacheFolder } from './cache-folder.js';

it('goes by MIXTURA_CACHE, then XDG_CACHE_HOME, then the home folder', () => {
  expect(cacheFolder({ MIXTURA_CACHE: '/a', XDG_CACHE_HOME: '/b' })).toBe('/a');
  expect(cacheFolder({ XDG_CACHE_HOME: '/b', HOME: '/c' })).toBe(join('/b', 'mixtura'));
  expect(cacheFolder({ HOME: '/c' })).toBe(join('/c', '.cache', 'mixtura'));
});
