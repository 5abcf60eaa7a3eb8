/* Replaced by `npm run types` from the backend's OpenAPI schema. */
// biome-ignore lint/suspicious/noExplicitAny: until the schema is generated
export type paths = any
