/**
 * The order of day and month in dates, proven across the files of a case.
 *
 * A file proves an order by a date that only one order allows, or by tokens whose times in other files fit one order
 * alone. Other files take the order that all files of their shape with their header or in their folder prove. The
 * result depends on the set of files, not on their order, so a file is read again when another one changes its order.
 *
 * @module
 */
import { dirname, resolve } from 'node:path'
import type { Json } from '@mintmark/core'
import { type DateOrder, type EvidenceSource, evidenceAt } from '@mintmark/logs'
import { asFlag, asNumber, asText, countOf, firstRow, rowReader } from '../engine/rows.ts'
import type { Session } from '../engine/session.ts'
import { readMeta, writeMeta } from '../store/meta.ts'
import { forgetFiles } from '../store/recover.ts'
import { type OpenFile, ordersByTokens } from './token_orders.ts'

/** A file whose dates must be read in another order than they were. */
interface Reread {
  readonly evidenceId: number
  readonly path: string
  readonly sha256: string
  readonly order: DateOrder
}

/** Files that were taken out of the case and are not in it again. */
const REREADING = 'rereading'

interface DatedFile {
  readonly evidenceId: number
  readonly path: string
  readonly sha256: string
  readonly shape: string
  readonly header: string
  readonly own: string
  readonly shared: string
  readonly hasAmbiguous: boolean
}

/** Files read by another order than the files of the case prove together; `given` are the sources of this run. */
export async function wronglyOrdered(
  session: Session,
  given: ReadonlyMap<string, EvidenceSource>,
): Promise<Reread[]> {
  const rows = await session.rows(
    `SELECT evidence_id, path, sha256, d.shape AS shape, header, own, shared, has_ambiguous
     FROM date_order AS d INNER JOIN evidence AS e ON e.evidence_id = d.evidence_id ORDER BY evidence_id`,
  )
  const files = rows.map(readFile)
  const proofs = new Proofs(files)
  const open = files.filter((file) => isOpen(file) && proofs.orderFor(file) === 'unproven')
  const byTokens = await orderedByTokens(session, open, given)
  const all = new Proofs(
    files.map((file) => ({ ...file, own: byTokens.get(file.evidenceId) ?? file.own })),
  )
  return files.filter(isOpen).flatMap((file) => {
    const { evidenceId, path, sha256, shared } = file
    const order = byTokens.get(evidenceId) ?? all.orderFor(file)
    return order === shared ? [] : [{ evidenceId, path, sha256, order }]
  })
}

const isOpen = ({ own, hasAmbiguous }: DatedFile) => own === 'unproven' && hasAmbiguous

/** What tokens prove of files, by evidence. A file that cannot be read again proves what it was read by. */
async function orderedByTokens(
  session: Session,
  files: readonly DatedFile[],
  given: ReadonlyMap<string, EvidenceSource>,
): Promise<ReadonlyMap<number, DateOrder>> {
  const readable: OpenFile[] = []
  const gone = new Map<number, DateOrder>()
  for (const file of files) {
    const source = await sourceOf(file, given)
    if (source !== undefined) readable.push({ evidenceId: file.evidenceId, source })
    else if (file.shared === 'month-first' || file.shared === 'day-first')
      gone.set(file.evidenceId, file.shared)
  }
  return new Map([...gone, ...(await ordersByTokens(session, readable))])
}

const readFile: (row: Json) => DatedFile = rowReader(
  asNumber('evidenceId'),
  asText('path sha256 shape header own shared'),
  asFlag('hasAmbiguous'),
)

/** What files prove of their dates, by each thing that an exporter is known by. */
class Proofs {
  readonly #byExporter = new Map<string, Set<string>>()

  constructor(files: readonly DatedFile[]) {
    for (const file of files) {
      if (file.own === 'unproven') continue
      for (const exporter of exportersOf(file)) {
        const proven = this.#byExporter.get(exporter) ?? new Set()
        this.#byExporter.set(exporter, proven.add(file.own))
      }
    }
  }

  /** The one order that all related files prove; `unproven` where they prove none, or contradict. */
  orderFor(file: DatedFile): DateOrder {
    const proven = new Set(
      exportersOf(file).flatMap((exporter) => Array.from(this.#byExporter.get(exporter) ?? [])),
    )
    const [only] = proven.size === 1 ? proven : []
    return only === 'day-first' || only === 'month-first' ? only : 'unproven'
  }
}

/** One shape with one header, or in one folder. */
function exportersOf({ shape, header, path }: DatedFile): string[] {
  const inFolder = `${shape}\0in ${dirname(resolve(path))}`
  return header === '' ? [inFolder] : [inFolder, `${shape}\0with ${header}`]
}

/** Takes files out of the case that can be read again, unchanged, and remembers them until {@link putBack}. */
export async function takeOut(
  session: Session,
  rereads: readonly Reread[],
  given: ReadonlyMap<string, EvidenceSource>,
): Promise<Readable[]> {
  const readable = await readableOf(rereads, given)
  if (readable.length === 0) return []
  const before = await remembered(session)
  await remember(session, [...before, ...readable.map(({ reread }) => reread)])
  await forgetFiles(
    session,
    readable.map(({ reread }) => reread.evidenceId),
  )
  return readable
}

export interface Readable {
  readonly reread: Reread
  readonly source: EvidenceSource
}

/** Files that an interrupted run took out and did not put back. */
export async function leftOut(
  session: Session,
  given: ReadonlyMap<string, EvidenceSource>,
): Promise<Readable[]> {
  return await readableOf(await remembered(session), given)
}

async function readableOf(
  rereads: readonly Reread[],
  given: ReadonlyMap<string, EvidenceSource>,
): Promise<Readable[]> {
  const readable: Readable[] = []
  for (const reread of rereads) {
    const source = await sourceOf(reread, given)
    if (source !== undefined) readable.push({ reread, source })
  }
  return readable
}

/** Of what was taken out: files that repeat it name its new row. What is not in the case again stays remembered. */
export async function putBack(session: Session): Promise<void> {
  const missing: Reread[] = []
  const out = await remembered(session)
  for (const reread of out) {
    if (!(await renameCopies(session, reread))) missing.push(reread)
  }
  if (out.length > 0) await remember(session, missing)
}

/** Whether the file is in the case. */
async function renameCopies(session: Session, reread: Reread): Promise<boolean> {
  const { evidenceId: old, path, sha256 } = reread
  const row = await firstRow(
    session,
    `SELECT max(evidence_id) AS id FROM evidence
     WHERE path = {path:String} AND sha256 = {sha256:String} AND same_as = 0`,
    { path, sha256 },
  )
  const id = Number(row['id'] ?? 0)
  if (id === 0) return false
  if ((await countOf(session, 'evidence WHERE same_as = {old:UInt32}', { old })) === 0) return true
  await session.command(
    'ALTER TABLE evidence UPDATE same_as = {id:UInt32} WHERE same_as = {old:UInt32}',
    { id, old },
  )
  return true
}

const remember = (session: Session, rereads: readonly Reread[]): Promise<void> =>
  writeMeta(session, REREADING, JSON.stringify(rereads))

async function remembered(session: Session): Promise<Reread[]> {
  const text = await readMeta(session, REREADING)
  if (text === undefined || text === '') return []
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- written by `remember`
  return JSON.parse(text) as Reread[]
}

/** The file as it was read: by a source of this run, else by its path. */
async function sourceOf(
  { path, sha256 }: Pick<Reread, 'path' | 'sha256'>,
  given: ReadonlyMap<string, EvidenceSource>,
): Promise<EvidenceSource | undefined> {
  try {
    const source = given.get(path) ?? (await evidenceAt(path))
    if (source === undefined || source.refused !== undefined) return undefined
    return (await source.sha256()) === sha256 ? source : undefined
  } catch {
    // Gone, or no longer readable: what was read of it stays.
    return undefined
  }
}
