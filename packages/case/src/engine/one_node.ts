/** With GLOBAL the engine reads all rows first (one of 893,000 accesses: 1.9 s, not 0.03 s). */
export const forOneNode = (sql: string): string =>
  sql.replaceAll(GLOBAL, (_, quoted = '') => quoted)

const GLOBAL =
  /('(?:[^'\\]|\\.)*')|\bGLOBAL (?=(?:NOT )?IN\b|(?:(?:ANY|ALL|LEFT|INNER|SEMI|ANTI) )*JOIN\b)/gsu
