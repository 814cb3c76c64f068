/**
 * A statement for a case on one node, without GLOBAL: with it the engine reads every column of every row before the
 * condition (893,000 accesses: 1.9 s against 0.03 s for one access). Quoted text stays as it is.
 */
export const forOneNode = (sql: string): string =>
  sql.replaceAll(GLOBAL, (_, quoted = '') => quoted)

const GLOBAL =
  /('(?:[^'\\]|\\.)*')|\bGLOBAL (?=(?:NOT )?IN\b|(?:(?:ANY|ALL|LEFT|INNER|SEMI|ANTI) )*JOIN\b)/gsu
