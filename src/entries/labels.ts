/**
 * Labels where there are some: which rows to label next, rounds of asking and training, and samples of what is rare.
 * @module mixtura/labels
 */

export { type Augmentation, type AugmentOptions, augmentData } from '../run/augment/augment.js';
export {
  type RoundOptions,
  type RoundsResult,
  resumeRounds,
  startRounds,
} from '../run/rounds/label-rounds.js';
export { type SuggestedRows, type SuggestOptions, suggestLabels } from '../run/use/suggest.js';
