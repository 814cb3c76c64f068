/**
 * A statement for a case on one node, where GLOBAL changes no answer. With it the engine reads every column of every row
 * before it looks at the condition (measured on 893,000 accesses: 1.9 s in place of 0.03 s for one access).
 *
 * Quoted text stays as it is: a hunt may hold any.
 */
export const forOneNode = (sql: string): string =>
  sql.replaceAll(GLOBAL, (_, quoted = '') => quoted)

const GLOBAL =
  /('(?:[^'\\]|\\.)*')|\bGLOBAL (?=(?:NOT )?IN\b|(?:(?:ANY|ALL|LEFT|INNER|SEMI|ANTI) )*JOIN\b)/gsu
