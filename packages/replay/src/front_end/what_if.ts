/* oxlint-disable no-await-in-loop -- accesses in the order of their times */
/** What one measure would have prevented: each forged token is shown to a verifier with it. */
import { isoOf, type Json } from '@mintmark/core'
import { errors } from 'jose'
import { Attack, type ForgedUse } from '../activity/attack.ts'
import { type SigningKeys, signingKeys } from '../signing/signing_keys.ts'
import * as apps from '../world/apps.ts'
import { DAY, daysOf, WINDOW } from '../world/calendar.ts'
import { Happenings } from '../world/events.ts'
import { Truth } from '../world/truth.ts'
import { type Organisation, World } from '../world/world.ts'
import { forgedToken, GuardOf2023, issuerOf, TYP } from './forged_tokens.ts'
import { type KeyChecks, keySetOf, usedKeys, type Verify, verifierOf } from './verifier.ts'

export const MEASURES = ['none', 'rotation', 'class-check', 'guard'] as const
export type Measure = (typeof MEASURES)[number]

export interface WhatIfOptions {
  readonly seed: number
  readonly scale: number
  readonly measures: readonly Measure[]
  /** Days from the begin of its certificate after which a key retires; undefined: at the certificate's end. */
  readonly rotationDays?: number | undefined
  readonly onProgress?: (done: number, total: number) => void
}

export interface WhatIf {
  readonly measure: Measure
  readonly assumption: string
  readonly tokens: { readonly shown: number; readonly refused: number }
  readonly reasons: Readonly<Record<string, number>>
  readonly messages: { readonly read: number; readonly unread: number }
}

type RefusalOf = (of: Organisation, token: string, atMs: number) => Promise<string | undefined>

/** The same seed and scale always give the same figures. @throws {RangeError} as `World` */
export async function whatIf(options: WhatIfOptions): Promise<WhatIf[]> {
  const { seed, scale, measures, onProgress = () => {} } = options
  const world = new World(seed, scale)
  const keys = signingKeys(seed)
  const uses = usesOf(world)
  const tokens = new Map<ForgedUse['forged'], string>()
  for (const { of, forged } of uses)
    if (!tokens.has(forged)) tokens.set(forged, forgedToken(of, forged, keys.leaked))
  const results: WhatIf[] = []
  for (const [index, measure] of measures.entries()) {
    const setting = { world, keys, uses, rotationDays: options.rotationDays }
    const refusalOf = measure === 'guard' ? byGuard(setting) : byVerifier(measure, setting)
    const onDone = (done: number) =>
      onProgress(index * uses.length + done, measures.length * uses.length)
    const counts = await counted(uses, tokens, refusalOf, onDone)
    results.push({ measure, assumption: assumptionOf(measure, options, keys), ...counts })
  }
  return results
}

function usesOf(world: World): ForgedUse[] {
  const uses: ForgedUse[] = []
  const truth = new Truth({ write: () => {} })
  for (const of of world.organisations) {
    const attack = new Attack(world, of, truth, (use) => uses.push(use))
    for (const dayMs of daysOf(WINDOW)) attack.day(dayMs, new Happenings())
  }
  return uses
}

async function counted(
  uses: readonly ForgedUse[],
  tokens: ReadonlyMap<ForgedUse['forged'], string>,
  refusalOf: RefusalOf,
  onDone: (done: number) => void,
): Promise<Omit<WhatIf, 'measure' | 'assumption'>> {
  const [all, read] = [new Set<string>(), new Set<string>()]
  const refused = new Map<ForgedUse['forged'], string>()
  const reasons = new Map<string, number>()
  for (const [done, { of, atMs, forged, isRenewed, messages }] of uses.entries()) {
    const token = tokens.get(forged) ?? ''
    // The mail service renewed for whoever had shown a token that it took.
    const reason = isRenewed ? refused.get(forged) : await refusalOf(of, token, atMs)
    if (reason !== undefined) {
      refused.set(forged, reason)
      reasons.set(reason, (reasons.get(reason) ?? 0) + 1)
    }
    for (const message of messages) {
      all.add(message)
      if (reason === undefined) read.add(message)
    }
    onDone(done + 1)
  }
  return {
    tokens: { shown: tokens.size, refused: refused.size },
    reasons: Object.fromEntries(reasons),
    messages: { read: read.size, unread: all.size - read.size },
  }
}

interface Setting {
  readonly world: World
  readonly keys: SigningKeys
  readonly uses: readonly ForgedUse[]
  readonly rotationDays: number | undefined
}

function byVerifier(measure: Measure, { keys, rotationDays }: Setting): RefusalOf {
  const maxAgeMs = rotationDays === undefined ? undefined : rotationDays * DAY
  const verifiers = new Map<string, Verify>()
  return async (of, token, atMs) => {
    const checks: KeyChecks = {
      isClassChecked: measure === 'class-check',
      ...(measure === 'rotation' && { rotation: { atMs, maxAgeMs } }),
    }
    const used = usedKeys(keys.jwks.keys, issuerOf(of), checks)
    const verify = known(verifiers, of, used)
    try {
      await verify(token, new Date(atMs))
      return undefined
    } catch (error) {
      if (error instanceof errors.JOSEError) return error.code
      throw error
    }
  }
}

function known(verifiers: Map<string, Verify>, of: Organisation, used: readonly Json[]): Verify {
  const name = [of.index, ...used.map(({ kid }) => kid)].join(' ')
  const found = verifiers.get(name)
  if (found !== undefined) return found
  const expected = { issuer: issuerOf(of), audience: apps.EXCHANGE.id, typ: TYP }
  const made = verifierOf(keySetOf(used), expected)
  verifiers.set(name, made)
  return made
}

function byGuard({ world, keys, uses }: Setting): RefusalOf {
  const issuers = world.organisations.map(issuerOf)
  const guard = new GuardOf2023(issuers, apps.EXCHANGE.id, keys.jwks.keys)
  const enterprise = keys.jwks.keys.at(-1)?.['kid']
  for (const { of, forged } of uses)
    if (forged.genuine !== undefined) guard.record(of, forged.genuine, String(enterprise))
  return (_of, token, atMs) => guard.refusal(token, atMs)
}

const day = (ms: number) => isoOf(ms).slice(0, 10)

function assumptionOf(
  measure: Measure,
  { rotationDays }: WhatIfOptions,
  { leaked: { published } }: SigningKeys,
): string {
  if (measure === 'none') return 'every listed key counts for every issuer, looked up by kid alone'
  if (measure === 'class-check')
    return 'a key counts only for the issuer that its member issuer names'
  if (measure === 'guard') return 'its ledger has every genuine token; it has all keys of the set'
  const when =
    rotationDays === undefined
      ? `its certificate ends (${day(published.notAfterMs)})`
      : `it is ${rotationDays} days old (${day(published.notBeforeMs + rotationDays * DAY)})`
  return `a key is gone a day after ${when}`
}
