import { isFolderWitness } from '@mintmark/ledger'
import type { Io } from '../io.ts'
import { policyOption } from '../ledger/files.ts'
import { serveLedger, serveWitness, toldToStop } from '../ledger/serve.ts'
import { numberOption, textOption } from '../options.ts'
import type { Handler } from '../program.ts'

const DEFAULT_PORT = 8470

/** Serves a ledger, or a witness, until it is told to stop. */
export const ledgerServe: Handler = async ([folder = ''], options, io) => {
  const host = textOption(options, 'host') ?? '127.0.0.1'
  const port = numberOption(options, 'port', { least: 0, most: 65_535 }) ?? DEFAULT_PORT
  const heads = textOption(options, 'heads')
  const policy = await policyOption(options)
  const isWitness = await isFolderWitness(folder)
  const served = isWitness
    ? await serveWitness(folder, { host, port, now: io.now })
    : await serveLedger(folder, { host, port, now: io.now, heads, policy, warn: warner(io) })
  await io.out(`${isWitness ? 'witness' : 'ledger'} at ${served.url}\n`)
  try {
    await Promise.race([toldToStop(), served.failed])
  } finally {
    await served.stop()
  }
  return 0
}

const warner = (io: Io) => (text: string) => io.err(`mintmark: ${text}\n`)
