export { openChdb } from './chdb_session.ts'
export { type Query, run } from './query.ts'
export { ACCESS_COLUMNS, ISSUANCE_COLUMNS, NO_ID, SCHEMA_VERSION, TABLES } from './schema.ts'
export type { InsertFormat, Params, Session } from './session.ts'
