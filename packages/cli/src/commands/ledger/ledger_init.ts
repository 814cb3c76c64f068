import { safeText } from '@mintmark/core'
import {
  createFolderLedger,
  createFolderWitness,
  createPostgresLedger,
  type Description,
  formatVerifierKey,
  isAlias,
  isKeyName,
  makeFrontEnd,
  PERIODS,
  parseVerifierKey,
} from '@mintmark/ledger'
import { flag, invalid, list, numberOption, textOption } from '../../options/option_values.ts'
import type { Handler, Options } from '../../process/command.ts'
import { DONE } from '../../process/exit_codes.ts'
import { print } from '../../render/print.ts'

const MAX_DAYS = 36_500
const MAX_SECONDS = 366 * 86_400

/** Makes a ledger, or a witness, in an empty folder. */
export const ledgerInit: Handler = async ([folder = ''], options, io) => {
  const name = textOption(options, 'name') ?? ''
  if (!isKeyName(name)) throw wrong('name', 'is a URL without scheme: no spaces, no plus')
  const vkey = flag(options, 'witness')
    ? await initWitness(folder, name, options)
    : await initLedger(folder, name, options)
  await print(io, options, { folder, name, vkey }, () => `${vkey}\n`, 2)
  return DONE
}

async function initLedger(folder: string, name: string, options: Options): Promise<string> {
  const wanted = descriptionOf(name, options)
  const store = textOption(options, 'store')
  const made = await (store === undefined
    ? createFolderLedger(folder, wanted)
    : createPostgresLedger(folder, store, wanted))
  await makeFrontEnd(folder)
  return formatVerifierKey(made.key)
}

async function initWitness(folder: string, name: string, options: Options): Promise<string> {
  const logs = list(options, 'log').map(parseVerifierKey)
  if (logs.length === 0) throw wrong('log', 'is required: the key of each ledger to be witnessed')
  return formatVerifierKey(await createFolderWitness(folder, { name, logs }))
}

function descriptionOf(name: string, options: Options): Omit<Description, 'key'> {
  const period = PERIODS.find((each) => each === textOption(options, 'period'))
  if (period === undefined) throw wrong('period', `is one of ${PERIODS.join(', ')}`)
  const days = numberOption(options, 'retention', { least: 1, most: MAX_DAYS })
  const seconds = numberOption(options, 'lifetime', { least: 1, most: MAX_SECONDS }) ?? 3600
  const skew = numberOption(options, 'skew', { least: 0, most: 3600 }) ?? 60
  return {
    name,
    period,
    issuers: issuersOf(list(options, 'issuer')),
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
    if (!isAlias(alias) || issuer === '' || issuers.has(alias))
      throw wrong('issuer', `takes ALIAS=URL, each alias once: ${safeText(row, 80)}`)
    issuers.set(alias, issuer)
  }
  if (new Set(issuers.values()).size < issuers.size) throw wrong('issuer', 'names one issuer twice')
  if (issuers.size === 0) throw wrong('issuer', 'is required: ALIAS=URL, the URL as in `iss`')
  return issuers
}

const wrong = (option: string, what: string) => invalid(option, `--${option} ${what}`)
