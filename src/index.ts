/**
 * Everything of `mailverdict/core`, and what knows the public suffix list.
 *
 * @module
 */

export * from './core.ts';
export { checkAlignment, publicSuffix } from './public-suffix.ts';
