import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { clickHouseMissing, startClickHouse } from '@mintmark/testkit'

/** Where the same tests run. */
export interface Backend {
  readonly name: string
  /** Why it is not here; under CI that is a failure. */
  readonly skip: string | undefined
  /** A location at which no case is yet, and what takes it away again. */
  start(): Promise<{ readonly location: string; stop(): Promise<void> }>
}

function server(name: string, shards: 1 | 2): Backend {
  const missing = clickHouseMissing()
  if (missing !== undefined && process.env['CI'] === 'true')
    throw new Error(`no ClickHouse to test against: ${missing}`)
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

export const oneServer = (): Backend => server('one server', 1)

/** A folder; in `servers.long.test.ts` the servers. */
export const backends: readonly Backend[] =
  process.env['MINTMARK_TEST_BACKENDS'] === 'servers'
    ? [oneServer(), server('two shards', 2)]
    : [embedded]
