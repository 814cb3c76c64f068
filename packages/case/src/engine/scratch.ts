import { randomBytes } from 'node:crypto'
import { RUN } from '@mintmark/core'
import type { Session } from './session.ts'

export const SCRATCH = 'scratch_'
/** What a killed run left behind is dropped by the next run after this time. */
const STALE_HOURS = 24

export class Scratch {
  readonly #session: Session
  readonly #suffix = `${RUN}_${randomBytes(6).toString('hex')}`
  readonly #made: string[] = []

  private constructor(session: Session) {
    this.#session = session
  }

  static async open(session: Session): Promise<Scratch> {
    if (session.kind === 'server')
      await dropWhere(session, `metadata_modification_time < now() - INTERVAL ${STALE_HOURS} HOUR`)
    return new Scratch(session)
  }

  static async lend<T>(session: Session, ask: (scratch: Scratch) => Promise<T>): Promise<T> {
    const scratch = await Scratch.open(session)
    try {
      return await ask(scratch)
    } finally {
      await scratch.close()
    }
  }

  static async keep<T>(session: Session, make: (scratch: Scratch) => Promise<T>): Promise<T> {
    const scratch = await Scratch.open(session)
    try {
      return await make(scratch)
    } catch (cause) {
      await scratch.close()
      throw cause
    }
  }

  async table(name: string, columns: string, orderBy?: string): Promise<string> {
    const full = `${SCRATCH}${name}_${this.#suffix}`
    const engine = orderBy === undefined ? 'Memory' : `MergeTree ORDER BY ${orderBy}`
    await this.#session.command(
      `CREATE TABLE ${full} (${columns}) ENGINE = ${engine} SETTINGS fsync_metadata = 0`,
    )
    this.#made.push(full)
    return full
  }

  async close(): Promise<void> {
    if (this.#made.length === 0) return
    await drop(this.#session, this.#made.splice(0))
  }
}

export const dropScratch = (session: Session): Promise<void> => dropWhere(session, '1')

async function dropWhere(session: Session, condition: string): Promise<void> {
  const stale = await session.rows(
    `SELECT name FROM system.tables
     WHERE database = currentDatabase() AND startsWith(name, '${SCRATCH}') AND position(name, '${RUN}') = 0
       AND ${condition}
     ORDER BY name`,
  )
  await drop(
    session,
    stale.map((row) => String(row['name'])),
  )
}

async function drop(session: Session, names: readonly string[]): Promise<void> {
  for (const name of names) await session.command(`DROP TABLE IF EXISTS ${name} SYNC`)
}
