import { safeText } from '@mintmark/core'
import * as ledger from '@mintmark/ledger'
import { type Call, type Handler, invalid } from '../../process/call.ts'
import { DONE } from '../../process/exit_codes.ts'

const MAX_DAYS = 36_500
const MAX_SECONDS = 366 * 86_400

export const ledgerInit: Handler = async (call, folder = '') => {
  const name = call.text('name') ?? ''
  if (!ledger.isKeyName(name)) throw wrong('name', 'is a URL without scheme: no spaces, no plus')
  const vkey = call.flag('witness')
    ? await initWitness(folder, name, call)
    : await initLedger(folder, name, call)
  await call.print({ folder, name, vkey }, () => `${vkey}\n`, 2)
  return DONE
}

async function initLedger(folder: string, name: string, call: Call): Promise<string> {
  const wanted = descriptionOf(name, call)
  const store = call.text('store')
  const made = await (store === undefined
    ? ledger.createFolderLedger(folder, wanted)
    : ledger.createPostgresLedger(folder, store, wanted))
  await ledger.makeFrontEnd(folder)
  return ledger.formatVerifierKey(made.key)
}

async function initWitness(folder: string, name: string, call: Call): Promise<string> {
  const logs = call.list('log').map(ledger.parseVerifierKey)
  if (logs.length === 0) throw wrong('log', 'is required: the key of each ledger to be witnessed')
  return ledger.formatVerifierKey(await ledger.createFolderWitness(folder, { name, logs }))
}

function descriptionOf(name: string, call: Call): Omit<ledger.Description, 'key'> {
  const period = ledger.PERIODS.find((each) => each === call.text('period'))
  if (period === undefined) throw wrong('period', `is one of ${ledger.PERIODS.join(', ')}`)
  const days = call.number('retention', { least: 1, most: MAX_DAYS })
  const seconds = call.number('lifetime', { least: 1, most: MAX_SECONDS }) ?? 3600
  const skew = call.number('skew', { least: 0, most: 3600 }) ?? 60
  return {
    name,
    period,
    issuers: issuersOf(call.list('issuer')),
    maxLifetimeMs: seconds * 1000,
    skewMs: skew * 1000,
    retentionDays: days,
  }
}

function issuersOf(rows: readonly string[]): Map<string, string> {
  const issuers = new Map<string, string>()
  for (const row of rows) {
    const at = row.indexOf('=')
    const [alias, issuer] = [row.slice(0, Math.max(at, 0)), row.slice(at + 1)]
    if (!ledger.isAlias(alias) || issuer === '' || issuers.has(alias))
      throw wrong('issuer', `takes ALIAS=URL, each alias once: ${safeText(row, 80)}`)
    issuers.set(alias, issuer)
  }
  if (new Set(issuers.values()).size < issuers.size) throw wrong('issuer', 'names one issuer twice')
  if (issuers.size === 0) throw wrong('issuer', 'is required: ALIAS=URL, the URL as in `iss`')
  return issuers
}

const wrong = (option: string, what: string) => invalid(option, `--${option} ${what}`)
