/** Who accessed memory dumps and key stores, as the logs of file accesses show it. */

import type { Json } from '@mintmark/core'
import { cell, type Numbers, rowReader, type Texts } from '../engine/rows.ts'
import { BOUNDED, type Params, type Session } from '../engine/session.ts'
import type { Selected } from '../scope/selected.ts'
import { PRINCIPAL, SPAN } from '../store/sql.ts'
import { dumpFiles, dumpName, dumpScans } from './dump_scans.ts'

export interface CustodyOptions {
  /** Part of the path or name, or the whole hash. Default: likely dumps and key stores, and selected files. */
  readonly artefact?: string
  readonly selected?: Selected
  readonly limit?: number
}

/** One artefact, by its path: a copy at another path is another artefact with the same hash or name. */
export interface Custody
  extends Texts<'artefact path hash first last'>,
    Numbers<'bytes accesses principals suspect established'> {
  readonly keys: readonly HeldKey[]
  readonly rows: readonly ArtefactAccess[]
}

interface HeldKey {
  readonly spkiSha256: string
  readonly kid: string | null
}

interface ArtefactAccess
  extends Texts<'artefact path at operation'>,
    Texts<'principal ip client tokenId verdict reason'> {
  readonly hunts: readonly string[]
}

const DUMP_LIKE = [
  // lsass.dmp, MEMORY.DMP, heap.hprof, host.lime, vm.vmem, image.raw, store.kdbx, signing.pfx, id.pem
  String.raw`\.(dmp|mdmp|hdmp|kdmp|hprof|lime|vmem|vmss|vmsn|raw|mem|memdump|aff4|kdbx|pfx|p12|pem|ppk|jks|keystore|snk)(\.(gz|zip|7z|xz|zst|bz2|lz4))?$`,
  // core, core.1234, core.app.1000.4242.1684108800000000.zst
  String.raw`^core(\.[\w-]+)*\.\d+(\.(gz|zip|7z|xz|zst|bz2|lz4))?$|^core$|\.core(\.(gz|zip|7z|xz|zst|bz2|lz4))?$`,
  // crash_dump-2021.zip, memory-dump.7z, hiberfil.sys, pagefile.sys
  String.raw`(crash|mem|memory|heap|core|mini|process|lsass)[-_ ]?dump|^(hiberfil|pagefile)\.sys$`,
].join('|')

const FILE = "object_path != '' AND service NOT IN ('MicrosoftGraph', 'AzureADGraph')"
export const ARTEFACT_NAME: string = `if(object_name != '', object_name, arrayElement(splitByRegexp('[/\\\\\\\\]', object_path), -1))`
const IS_DUMP = `match(lower(${ARTEFACT_NAME}), {dump:String})`
const IS_NAMED = `positionCaseInsensitiveUTF8(object_path, {artefact:String}) > 0
  OR positionCaseInsensitiveUTF8(object_name, {artefact:String}) > 0
  OR object_hash != '' AND object_hash = lower({artefact:String})`

const DEFAULT_LIMIT = 100

/** Accesses to artefacts: the most suspicious artefact first, then the one accessed last. Cost: two passes. */
export async function custody(session: Session, options: CustodyOptions = {}): Promise<Custody[]> {
  const { artefact = '', selected, limit = DEFAULT_LIMIT } = options
  const accessed =
    selected === undefined
      ? '0'
      : `lower(object_path) GLOBAL IN (
          SELECT lower(object_path) FROM ${selected.table} WHERE party = 'attacker' AND object_path != '')`
  const wanted = artefact === '' ? `(${IS_DUMP} OR ${accessed})` : `(${IS_NAMED})`
  const params: Params = artefact === '' ? { dump: DUMP_LIKE, limit } : { artefact, limit }
  const artefacts = await session.rows(
    `SELECT lower(object_path) AS lower_path, ${SUMMARY} FROM (${fileAccesses(wanted)})
     GROUP BY lower_path ORDER BY sure DESC, suspects DESC, last_ms DESC, lower_path LIMIT {limit:UInt32} ${BOUNDED}`,
    params,
  )
  if (artefacts.length === 0) return []
  const paths = artefacts.map((row) => String(row['lower_path']))
  const rows = await session.rows(
    `SELECT lower(object_path) AS lower_path, object_path, ${ARTEFACT_NAME} AS name,
       toUnixTimestamp64Milli(at) AS at_ms, ${PRINCIPAL} AS who,
       operation, ip, client, toString(token_id) AS token, token_state, verdict, reason, hunts
     FROM (${fileAccesses('lower(object_path) IN {paths:Array(String)}')})
     ORDER BY lower_path, ${IS_ESTABLISHED} DESC, ${IS_SUSPECT} DESC, at DESC, record_id, content
     LIMIT {limit:UInt32} BY lower_path ${BOUNDED}`,
    { paths, limit },
  )
  const keys = await heldKeys(session)
  return artefacts.map((row) => custodyOf(row, rows, keys))
}

async function heldKeys(session: Session): Promise<ReadonlyMap<string, readonly HeldKey[]>> {
  const held = new Map<string, readonly HeldKey[]>()
  const scans = new Map((await dumpScans(session)).map(({ sha256, keys }) => [sha256, keys]))
  for (const { sha256, files } of await dumpFiles(session)) {
    const keys = (scans.get(sha256) ?? []).map((key) => ({
      spkiSha256: key.spkiSha256,
      kid: key.kid || null,
    }))
    held.set(sha256, keys)
    for (const name of new Set(files.map(dumpName)))
      held.set(name, [...(held.get(name) ?? []), ...keys])
  }
  return held
}

/** What points at an access of {@link fileAccesses}: a verdict or a hunt, at any strength; or an established one. */
export const IS_SUSPECT = "(length(hunts) > 0 OR verdict IN ('unissued', 'mismatched'))"
export const IS_ESTABLISHED =
  "(is_established_hit OR verdict IN ('unissued', 'mismatched') AND strength = 'established')"

export function fileAccesses(where: string): string {
  return `SELECT seen.*, hits.names AS hunts, hits.is_established AS is_established_hit
    FROM (
      SELECT record_id, content, at, object_path, object_name, object_hash, bytes, principal, principal_id,
        operation, ip, client, token_id, token_state, verdict, reason, strength
      FROM judged WHERE ${FILE} AND ${where}
    ) AS seen
    GLOBAL LEFT ANY JOIN (
      SELECT record_id, content, arraySort(groupUniqArray(toString(hunt))) AS names,
        max(strength = 'established') AS is_established
      FROM hunt_hit WHERE strength = 'established' OR class != 'context' GROUP BY record_id, content
    ) AS hits ON seen.record_id = hits.record_id AND seen.content = hits.content`
}

const SUMMARY = `
  argMax(object_path, (at, object_path)) AS path, argMax(${ARTEFACT_NAME}, (at, object_path)) AS name,
  max(object_hash) AS hash, max(bytes) AS size, count() AS access_count,
  uniqExact(${PRINCIPAL}) AS people, ${SPAN},
  countIf(${IS_SUSPECT}) AS suspects, countIf(${IS_ESTABLISHED}) AS sure`

function custodyOf(
  row: Json,
  rows: readonly Json[],
  keys: ReadonlyMap<string, readonly HeldKey[]>,
): Custody {
  const artefact = readArtefact(row)
  const { artefact: name, hash } = artefact
  return {
    ...artefact,
    keys: keys.get(hash === '' ? dumpName(name) : hash) ?? [],
    rows: rows.filter((one) => one['lower_path'] === row['lower_path']).map(accessOf),
  }
}

const readArtefact = rowReader(
  cell.text('artefact:name path hash'),
  cell.number('bytes:size accesses:access_count principals:people'),
  cell.time('first last'),
  cell.number('suspect:suspects established:sure'),
)

function accessOf(row: Json): ArtefactAccess {
  const access = readAccess(row)
  return row['token_state'] === 'present' ? access : { ...access, tokenId: '' }
}

const readAccess = rowReader(
  cell.text('artefact:name path:object_path'),
  cell.time('at'),
  cell.text('principal:who operation ip client tokenId:token verdict reason'),
  cell.texts('hunts'),
)
