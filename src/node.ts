/**
 * What needs Node: a resolver on `node:dns`.
 *
 * @module
 */

export { type NodeResolverOptions, nodeResolver } from './resolvers/node.ts';
