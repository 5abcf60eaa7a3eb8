/** What is fetched when somebody draws boxes. */
export { Panel } from './Panel'
export { openSketch as open } from './sketch'
