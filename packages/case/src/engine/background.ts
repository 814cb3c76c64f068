/**
 * A session for work that nobody waits for.
 *
 * @module
 */
import type { Session } from './session.ts'

/**
 * Runs statements when `idle`, so that others wait for one at most; a stopped session runs only DROPs of its tables.
 */
export function background(
  session: Session,
  idle: () => Promise<void>,
  signal: AbortSignal,
): Session {
  const turn = async (sql: string) => {
    if (sql.startsWith('DROP ')) return
    await idle()
    signal.throwIfAborted()
  }
  const after = async <T>(sql: string, work: () => Promise<T>) => {
    await turn(sql)
    return work()
  }
  return {
    kind: session.kind,
    shards: session.shards,
    command: (sql, params) => after(sql, () => session.command(sql, params)),
    rows: (sql, params) => after(sql, () => session.rows(sql, params)),
    stream: (sql, params) => session.stream(sql, params),
    ask: (sql) => session.ask(sql),
    insert: (table, ...rest) => after(table, () => session.insert(table, ...rest)),
    localTable: (name) => session.localTable(name),
    everywhere: (sql, params) => after(sql, () => session.everywhere(sql, params)),
    close: () => session.close(),
  }
}
