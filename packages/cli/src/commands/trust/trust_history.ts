import { safeJson } from '@mintmark/core'
import { PinnedCheckpoints } from '@mintmark/ledger/log'
import {
  type Alarm,
  type KeyAnswer as Answer,
  alarmDocument,
  alarmsOf,
  alarmText,
  answerText,
  eventClaims,
  historicalKeys,
  historiesOf,
  isKey,
  type KeyHistory,
  KeyRecord,
  keyText,
  PROFILES,
  proofText,
  type RecordContent,
  type RecordProof,
  readPinnedCheckpoint,
  recordText,
  type Series,
  seriesOf,
  standingAt,
  witnessedBy,
} from '@mintmark/trust'
import { fileOption } from '../../options/files.ts'
import { flag, invalid, textOption, timeOption } from '../../options/option_values.ts'
import { policyOption } from '../../options/policy_option.ts'
import type { Handler, Options } from '../../process/command.ts'
import { DONE, type ExitCode, exitCode, NOT_ANSWERED } from '../../process/exit_codes.ts'
import type { Io } from '../../process/io.ts'

interface History {
  readonly content: RecordContent
  readonly proof: RecordProof
  readonly series: readonly Series[]
  readonly keys: readonly KeyHistory[]
  readonly alarms: readonly Alarm[]
  readonly answers: readonly { readonly key: KeyHistory; readonly answer: Answer }[]
  readonly atMs: number | undefined
}

/** Verifies a record and answers from it. Exit code 1: an alarm. */
export const trustHistory: Handler = async ([folder = ''], options, io) => {
  const atMs = timeOption(options, 'at')
  const heads = await PinnedCheckpoints.open(textOption(options, 'heads'))
  const checkpoint = await fileOption(options, 'checkpoint')
  const pinned = checkpoint === undefined ? undefined : readPinnedCheckpoint(checkpoint)
  const content = await KeyRecord.read(folder, { seen: heads.seen, pinned: pinned ? [pinned] : [] })
  const policy = await policyOption(options)
  const proof = {
    isAsked: policy !== undefined,
    accepted: policy && witnessedBy(content, policy),
    pinnedSize: pinned?.head.size,
  }
  const series = await seriesOf(content)
  const all = historiesOf(series)
  const issuer = textOption(options, 'federation')
  if (issuer !== undefined) {
    await federation(all, issuer, io)
    return isProven(proof) ? DONE : NOT_ANSWERED
  }
  const id = textOption(options, 'key')
  const keys = id === undefined ? all : all.filter((history) => isKey(history, id))
  if (id !== undefined && keys.length === 0) {
    io.err('mintmark: no observation of the record lists this key\n')
    return NOT_ANSWERED
  }
  const longestUseMs = PROFILES[textOption(options, 'profile') ?? '']?.longestUseMs
  const named = new Set(keys.map(({ thumbprint }) => thumbprint))
  const alarms = alarmsOf(series, all, { longestUseMs }).filter(
    ({ thumbprint }) => id === undefined || named.has(thumbprint ?? ''),
  )
  const answers = answersOf(series, keys, atMs)
  const history = { content, proof, series, keys, alarms, answers, atMs }
  await io.out(written(history, options, io.now()))
  return codeOf(history)
}

async function federation(keys: readonly KeyHistory[], issuer: string, io: Io): Promise<void> {
  if (!keys.some(({ issuers }) => issuers.includes(issuer)))
    throw invalid('federation', 'the record has no key of this issuer')
  await io.out(`${safeJson(historicalKeys(keys, issuer, io.now()), 2)}\n`)
}

function answersOf(
  series: readonly Series[],
  keys: readonly KeyHistory[],
  atMs: number | undefined,
) {
  if (atMs === undefined) return []
  return keys.flatMap((key) => {
    const own = series.find(({ name }) => name === key.series)
    return own === undefined ? [] : [{ key, answer: standingAt(own, key.thumbprint, atMs) }]
  })
}

const isProven = ({ isAsked, accepted }: RecordProof) => !isAsked || accepted !== undefined

/** A record that is cut or not witnessed as asked, and a time that no look decides, are parts without an answer. */
function codeOf({ content, proof, alarms, answers }: History): ExitCode {
  const isWhole =
    isProven(proof) &&
    content.unsignedBytes === 0 &&
    answers.every(({ answer }) => answer.standing !== 'unknown')
  return exitCode({ isFound: alarms.length > 0, isWhole })
}

function written(history: History, options: Options, nowMs: number): string {
  if (flag(options, 'ssf'))
    return history.alarms.map((alarm) => `${safeJson(eventClaims(alarm, nowMs))}\n`).join('')
  return flag(options, 'json') ? `${safeJson(documentOf(history), 2)}\n` : textOf(history)
}

function textOf({ content, proof, series, keys, alarms, answers, atMs }: History): string {
  const parts =
    atMs === undefined
      ? keys.map((key) => keyText(key))
      : answers.map(({ key, answer }) => keyText(key, false) + answerText(key, answer, atMs))
  const head = recordText(content, series) + proofText(content, proof)
  return [head, ...alarms.map(alarmText), ...parts].join('\n')
}

const isoOf = (ms: number | undefined) => (ms === undefined ? null : new Date(ms).toISOString())

function documentOf({ content, proof, series, keys, alarms, answers, atMs }: History): object {
  const { head, unsignedBytes } = content
  const standing = new Map(answers.map(({ key, answer }) => [key, answer]))
  return {
    schema: 'mintmark-key-history/1',
    record: {
      origin: head.origin,
      size: head.size,
      root: Buffer.from(head.root).toString('base64'),
      unsignedBytes,
      witnessed: witnessedDocument(proof),
      extendsCheckpointOf: proof.pinnedSize ?? null,
    },
    documents: series.map(({ name, looks, unavailable }) => ({
      name,
      looks: looks.length,
      unavailable,
      firstLook: isoOf(looks[0]?.observation.atMs),
      lastLook: isoOf(looks.at(-1)?.observation.atMs),
    })),
    at: isoOf(atMs),
    keys: keys.map((key) => keyDocument(key, standing.get(key))),
    alarms: alarms.map(alarmDocument),
  }
}

function witnessedDocument({ accepted }: RecordProof): object | null {
  if (accepted === undefined) return null
  const { head, witnesses } = accepted
  return {
    size: head.size,
    witnesses: witnesses.map(({ name, timeSeconds }) => ({ name, time: timeSeconds })),
  }
}

function keyDocument(history: KeyHistory, answer: Answer | undefined): object {
  const { series, thumbprint, kids, issuers, classes, key, listings } = history
  const { kty, crv, bits, use, alg, spkiSha256 } = key
  return {
    document: series,
    thumbprint,
    spkiSha256,
    kids,
    issuers,
    classes,
    kty,
    crv,
    bits,
    use,
    alg,
    listings: listings.map((listing) => ({
      lastAbsent: isoOf(listing.lastAbsentMs),
      firstPresent: isoOf(listing.firstPresentMs),
      lastPresent: isoOf(listing.lastPresentMs),
      firstAbsent: isoOf(listing.firstAbsentMs),
    })),
    ...(answer !== undefined && {
      standing: answer.standing,
      lookBefore: isoOf(answer.beforeMs),
      lookAfter: isoOf(answer.afterMs),
    }),
  }
}
