/**
 * A handler made of a table of paths and methods.
 *
 * @packageDocumentation
 */
export type { Params } from './params.ts';
export { route, type Route, type RoutedRequest, type RouteHandler } from './route.ts';
