import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { clickHouseMissing, startClickHouse } from '@mintmark/testkit'

/** Where the same tests run: a folder, one server, two shards. */
export interface Backend {
  readonly name: string
  /** Why it is not here; under CI that is a failure. */
  readonly skip: string | undefined
  /** A location at which no case is yet, and what takes it away again. */
  start(): Promise<{ readonly location: string; stop(): Promise<void> }>
}

const missing = clickHouseMissing()
if (missing !== undefined && process.env['CI'] === 'true')
  throw new Error(`no ClickHouse to test against: ${missing}`)

function server(name: string, shards: 1 | 2): Backend {
  return {
    name,
    skip: missing,
    async start() {
      const started = await startClickHouse({ shards })
      return { location: started.url, stop: () => started.stop() }
    },
  }
}

export const embedded: Backend = {
  name: 'a folder',
  skip: undefined,
  start() {
    const folder = mkdtempSync(join(tmpdir(), 'mintmark-case-'))
    return Promise.resolve({
      location: join(folder, 'case'),
      stop: () => {
        rmSync(folder, { recursive: true, force: true })
        return Promise.resolve()
      },
    })
  },
}

export const backends: readonly Backend[] = [
  embedded,
  server('one server', 1),
  server('two shards', 2),
]
