import { safeJson } from '@mintmark/core'
import { PinnedCheckpoints } from '@mintmark/ledger/log'
import * as trust from '@mintmark/trust'
import { policyOption } from '../../options/policy_option.ts'
import { type Call, type Handler, invalid } from '../../process/call.ts'
import { DONE, type ExitCode, exitCode, NOT_ANSWERED } from '../../process/exit_codes.ts'

interface History {
  readonly content: trust.RecordContent
  readonly proof: trust.RecordProof
  readonly series: readonly trust.Series[]
  readonly keys: readonly trust.KeyHistory[]
  readonly alarms: readonly trust.Alarm[]
  readonly answers: readonly { readonly key: trust.KeyHistory; readonly answer: trust.KeyAnswer }[]
  readonly atMs: number | undefined
}

/** Verifies a record and answers from it. Exit code 1: an alarm. */
export const trustHistory: Handler = async (call, folder = '') => {
  const atMs = call.time('at')
  const heads = await PinnedCheckpoints.open(call.text('heads'))
  const checkpoint = await call.file('checkpoint')
  const pinned = checkpoint === undefined ? undefined : trust.readPinnedCheckpoint(checkpoint)
  const content = await trust.KeyRecord.read(folder, {
    seen: heads.seen,
    pinned: pinned ? [pinned] : [],
  })
  const policy = await policyOption(call)
  const proof = {
    isAsked: policy !== undefined,
    accepted: policy && trust.witnessedBy(content, policy),
    pinnedSize: pinned?.head.size,
  }
  const series = await trust.seriesOf(content)
  const all = trust.historiesOf(series)
  const issuer = call.text('federation')
  if (issuer !== undefined) {
    if (!all.some(({ issuers }) => issuers.includes(issuer)))
      throw invalid('federation', 'the record has no key of this issuer')
    await call.out(`${safeJson(trust.historicalKeys(all, issuer, call.now()), 2)}\n`, 'own')
    return isAccepted(proof) ? DONE : NOT_ANSWERED
  }
  const id = call.text('key')
  const keys = id === undefined ? all : all.filter((history) => trust.isKey(history, id))
  if (id !== undefined && keys.length === 0) {
    call.err('mintmark: no observation of the record lists this key\n')
    return NOT_ANSWERED
  }
  const longestUseMs = trust.PROFILES[call.text('profile') ?? '']?.longestUseMs
  const named = new Set(keys.map(({ thumbprint }) => thumbprint))
  const alarms = trust
    .alarmsOf(series, all, { longestUseMs })
    .filter(({ thumbprint }) => id === undefined || named.has(thumbprint ?? ''))
  const answers = answersOf(series, keys, atMs)
  const history = { content, proof, series, keys, alarms, answers, atMs }
  await call.out(written(history, call, call.now()), 'own')
  return codeOf(history)
}

function answersOf(
  series: readonly trust.Series[],
  keys: readonly trust.KeyHistory[],
  atMs: number | undefined,
) {
  if (atMs === undefined) return []
  return keys.flatMap((key) => {
    const own = series.find(({ name }) => name === key.series)
    return own === undefined ? [] : [{ key, answer: trust.standingAt(own, key.thumbprint, atMs) }]
  })
}

const isAccepted = ({ isAsked, accepted }: trust.RecordProof) => !isAsked || accepted !== undefined

/** A record that is cut or not witnessed as asked, and a time that no observation or a wrong clock decides, are parts without an answer. */
function codeOf({ content, proof, alarms, answers }: History): ExitCode {
  const isWhole =
    isAccepted(proof) &&
    content.unsignedBytes === 0 &&
    (answers.length === 0 || trust.setBack(content.observations) === 0) &&
    answers.every(({ answer }) => answer.standing !== 'unknown')
  return exitCode({ isFound: alarms.length > 0, isWhole })
}

function written(history: History, call: Call, nowMs: number): string {
  if (call.flag('ssf'))
    return history.alarms.map((alarm) => `${safeJson(trust.eventClaims(alarm, nowMs))}\n`).join('')
  return call.isJson ? `${safeJson(documentOf(history), 2)}\n` : textOf(history)
}

function textOf({ content, proof, series, keys, alarms, answers, atMs }: History): string {
  const parts =
    atMs === undefined
      ? keys.map((key) => trust.keyText(key))
      : answers.map(
          ({ key, answer }) => trust.keyText(key, false) + trust.answerText(key, answer, atMs),
        )
  const head = trust.recordText(content, series) + trust.proofText(content, proof)
  return [head, ...alarms.map(trust.alarmText), ...parts].join('\n')
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
      observationsSetBack: trust.setBack(content.observations),
      witnessed: witnessedDocument(proof.accepted),
      extendsCheckpointOf: proof.pinnedSize ?? null,
    },
    documents: series.map(({ name, observations, unavailable }) => ({
      name,
      observations: observations.length,
      unavailable,
      firstObservation: isoOf(observations[0]?.observation.atMs),
      lastObservation: isoOf(observations.at(-1)?.observation.atMs),
    })),
    at: isoOf(atMs),
    keys: keys.map((key) => keyDocument(key, standing.get(key))),
    alarms: alarms.map(trust.alarmDocument),
  }
}

const witnessedDocument = (accepted: trust.RecordProof['accepted']): object | null =>
  accepted === undefined
    ? null
    : {
        size: accepted.head.size,
        witnesses: accepted.witnesses.map(({ name, timeSeconds }) => ({ name, time: timeSeconds })),
      }

function keyDocument(history: trust.KeyHistory, answer: trust.KeyAnswer | undefined): object {
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
      observationBefore: isoOf(answer.beforeMs),
      observationAfter: isoOf(answer.afterMs),
    }),
  }
}
