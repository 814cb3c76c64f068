/**
 * The record of key sets: a folder with a line for each look, the documents, and a signed head.
 *
 * Every line is a leaf of an RFC 6962 tree, and names its document by hash. The head is a checkpoint (C2SP) that the record's
 * key signs: only the key can change the past, and a pinned head reveals that.
 *
 * Trust: `observations` and `bodies/` count only after {@link KeyRecord.read} has hashed them.
 *
 * @module
 */
import { createHash, randomBytes } from 'node:crypto'
import { truncate } from 'node:fs/promises'
import { type ErrorCode, errnoOf, MintmarkError, whyUnread, whyUnwritten } from '@mintmark/core'
import {
  assertContains,
  type Checkpoint,
  diskFiles,
  EMPTY_ROOT,
  type Files,
  formatVerifierKey,
  GrowingTree,
  isEqualHash,
  lockFolder,
  makeLogKey,
  type NoteSigner,
  openNote,
  parseCheckpoint,
  parseVerifierKey,
  readLogKey,
  replaceDurably,
  type SeenHead,
  signHead,
  TileTree,
  type VerifierKey,
} from '@mintmark/ledger/log'
import type { Seen } from '../sources/seen.ts'
import {
  factsOf,
  formatObservation,
  type Observation,
  parseObservation,
  recordedBytes,
} from './observation.ts'

const LINES = 'observations'
const CHECKPOINT = 'checkpoint'
const KEY = 'key'
const WITNESSED = 'witnessed'

interface RecordHead {
  readonly origin: string
  readonly size: number
  readonly root: Uint8Array
}

export interface RecordContent {
  readonly observations: readonly Observation[]
  readonly head: RecordHead
  /** The head, as the record's key signed it. */
  readonly checkpoint: string
  readonly key: VerifierKey
  /** The newest checkpoint that witnesses cosigned, which the record contains. Whose they are is for a policy to say. */
  readonly witnessed: string | undefined
  /** Bytes after the last line that the head covers: of an interrupted append, or of somebody else. */
  readonly unsignedBytes: number
  /** The document of a look; undefined where it read nothing. @throws {MintmarkError} `LEDGER_DAMAGED` */
  readonly bodyOf: (observation: Observation) => Promise<Uint8Array | undefined>
}

interface ReadOptions {
  readonly seen?: readonly SeenHead[]
  /** Signed ones, as `record` prints them. */
  readonly pinned?: readonly Checkpoint[]
  readonly files?: Files
}

const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex')

export class KeyRecord {
  readonly #folder: string
  readonly #files: Files
  readonly #unlock: () => Promise<void>
  readonly #signer: NoteSigner
  #content: RecordContent
  readonly #tree: GrowingTree
  readonly #tiles: Map<string, Uint8Array>
  #failure: MintmarkError | undefined

  private constructor(
    folder: string,
    files: Files,
    unlock: () => Promise<void>,
    signer: NoteSigner,
    read: Awaited<ReturnType<typeof readWhole>>,
  ) {
    this.#folder = folder
    this.#files = files
    this.#unlock = unlock
    this.#signer = signer
    this.#content = read.content
    this.#tree = read.tree
    this.#tiles = read.tiles
  }

  /**
   * Opens a record to append, and makes one where there is none.
   *
   * @param seen pinned heads
   * @throws {MintmarkError} `LEDGER_BUSY`, `LEDGER_DAMAGED`, `LEDGER_BEHIND`, `LEDGER_INVALID`, `OUTPUT_EXISTS`
   */
  static async open(
    folder: string,
    { seen = [], files = diskFiles }: { seen?: readonly SeenHead[]; files?: Files } = {},
  ): Promise<KeyRecord> {
    const unlock = await withFileErrors('OUTPUT_UNWRITABLE', folder, async () => {
      await refuseOthers(folder, files)
      await files.makeFolder(`${folder}/bodies`)
      return await lockFolder(files, `${folder}/lock`)
    })
    try {
      if (!(await files.isThere(`${folder}/${KEY}`)))
        await withFileErrors('OUTPUT_UNWRITABLE', folder, () => begin(folder, files))
      const signer = await signerOf(folder, files)
      const read = await readWhole(folder, files, { seen })
      // Lines that no head covers were never acknowledged.
      if (read.content.unsignedBytes > 0) await truncate(`${folder}/${LINES}`, read.bytes)
      return new KeyRecord(folder, files, unlock, signer, read)
    } catch (cause) {
      await unlock()
      throw cause
    }
  }

  /**
   * Reads and verifies a record.
   *
   * @throws {MintmarkError} `LEDGER_MISSING`, `LEDGER_DAMAGED`, `LEDGER_BEHIND`, `LEDGER_INVALID`
   */
  static async read(
    folder: string,
    { files = diskFiles, ...elsewhere }: ReadOptions = {},
  ): Promise<RecordContent> {
    const read = () => readWhole(folder, files, elsewhere)
    return (await withFileErrors('INPUT_UNREADABLE', folder, read)).content
  }

  get head(): RecordHead {
    return this.#content.head
  }

  get signed(): Pick<RecordContent, 'checkpoint' | 'key' | 'witnessed'> {
    return this.#content
  }

  /** For consistency proofs to witnesses. */
  tree(): TileTree {
    const partials = new Map(this.#tree.partials().map(({ path, bytes }) => [path, bytes]))
    return new TileTree(this.#tree.size, (path) =>
      Promise.resolve(partials.get(path) ?? this.#tiles.get(path)),
    )
  }

  /** Stores a cosigned checkpoint of this record. Durable on return. */
  async storeWitnessed(witnessed: string): Promise<void> {
    const path = `${this.#folder}/${WITNESSED}`
    await withFileErrors('OUTPUT_UNWRITABLE', this.#folder, () =>
      replaceDurably(this.#files, path, Buffer.from(witnessed)),
    )
    this.#content = { ...this.#content, witnessed }
  }

  get observations(): readonly Observation[] {
    return this.#content.observations
  }

  bodyOf(observation: Observation): Promise<Uint8Array | undefined> {
    return this.#content.bodyOf(observation)
  }

  /** Writes looks down: documents, then lines, then the head. Durable on return. @returns what was written */
  async append(looks: readonly Seen[], nowMs: number): Promise<readonly Observation[]> {
    // The file may end with half a line: only a new start reads it.
    if (this.#failure !== undefined) throw this.#failure
    const write = () => this.#append(looks, nowMs)
    try {
      return await withFileErrors('OUTPUT_UNWRITABLE', this.#folder, write)
    } catch (cause) {
      this.#failure = new MintmarkError('LEDGER_FAILED', 'an earlier append failed')
      throw cause
    }
  }

  async #append(looks: readonly Seen[], nowMs: number): Promise<readonly Observation[]> {
    const observed: Observation[] = []
    for (const seen of looks) {
      // oxlint-disable-next-line no-await-in-loop -- two of one document would write one file at once
      observed.push(await this.#observed(seen, nowMs))
    }
    if (observed.length === 0) return observed
    const lines = observed.map((each) => Buffer.from(`${formatObservation(each)}\n`))
    const file = await this.#files.openToGrow(`${this.#folder}/${LINES}`)
    try {
      await file.append(Buffer.concat(lines))
      await file.sync()
    } finally {
      await file.close()
    }
    for (const line of lines) this.#tree.append(line.subarray(0, -1))
    takeTiles(this.#tree, this.#tiles)
    const written = await writeHead(this.#folder, this.#files, this.#signer, this.#tree)
    this.#content = {
      ...this.#content,
      ...written,
      unsignedBytes: 0,
      observations: [...this.#content.observations, ...observed],
    }
    return observed
  }

  async #observed(look: Seen, nowMs: number): Promise<Observation> {
    const { body, unchanged } = look
    const seen = factsOf(look)
    const recordedMs = nowMs
    if (unchanged !== undefined) {
      const before = this.observations.findLast(({ sha256: hash }) => hash === unchanged)
      return { ...seen, recordedMs, sha256: unchanged, stored: before?.stored }
    }
    if (body === undefined) return { ...seen, recordedMs }
    const bytes = recordedBytes(body)
    const stored = sha256(bytes)
    const path = `${this.#folder}/bodies/${stored}`
    if (!(await this.#files.isThere(path))) await replaceDurably(this.#files, path, bytes)
    return { ...seen, recordedMs, sha256: sha256(body), stored }
  }

  async close(): Promise<void> {
    await this.#unlock()
  }
}

export async function isRecord(folder: string, files: Files = diskFiles): Promise<boolean> {
  return (
    (await files.isThere(`${folder}/${KEY}`)) && (await files.isThere(`${folder}/${CHECKPOINT}`))
  )
}

/** Names that an interrupted start may leave. */
const BEGUN: ReadonlySet<string> = new Set(['bodies', 'lock', 'private', LINES, CHECKPOINT])

/** @throws {MintmarkError} `OUTPUT_EXISTS` for a folder of something else */
async function refuseOthers(folder: string, files: Files): Promise<void> {
  const names = await files.list(folder)
  if (names.includes(KEY) || names.every((name) => BEGUN.has(name.replace(/\..*$/, '')))) return
  throw new MintmarkError('OUTPUT_EXISTS', `${folder} is there, and is no record of keys`)
}

/** The key comes last: where it is, the record is whole. */
async function begin(folder: string, files: Files): Promise<void> {
  const lines = await files.read(`${folder}/${LINES}`)
  if (lines !== undefined && lines.length > 0) throw damaged('its key is missing')
  const key = await makeLogKey(folder, `keys-${randomBytes(8).toString('hex')}`, files)
  await files.write(`${folder}/${LINES}`, new Uint8Array())
  const signer = await readLogKey(folder, key.name, files)
  await writeHead(folder, files, signer, new GrowingTree())
  await replaceDurably(files, `${folder}/${KEY}`, Buffer.from(`${formatVerifierKey(key)}\n`))
}

async function writeHead(
  folder: string,
  files: Files,
  signer: NoteSigner,
  tree: GrowingTree,
): Promise<Pick<RecordContent, 'head' | 'checkpoint'>> {
  const head = { origin: signer.key.name, size: tree.size, root: tree.root() }
  const checkpoint = signHead(head, signer)
  await replaceDurably(files, `${folder}/${CHECKPOINT}`, Buffer.from(checkpoint))
  return { head, checkpoint }
}

/** @throws {MintmarkError} `LEDGER_INVALID` where the private key is missing, or another one */
async function signerOf(folder: string, files: Files): Promise<NoteSigner> {
  const key = await verifierOf(folder, files)
  const signer = await readLogKey(folder, key.name, files)
  if (signer.key.id === key.id) return signer
  throw new MintmarkError('LEDGER_INVALID', 'private/checkpoint.pem is not the key of this record')
}

async function verifierOf(folder: string, files: Files) {
  const bytes = await files.read(`${folder}/${KEY}`)
  if (bytes === undefined)
    throw new MintmarkError('LEDGER_MISSING', `${folder} is no record of keys`)
  const source = Buffer.from(bytes).toString('utf8')
  const key = parseVerifierKey(source.slice(0, -1))
  if (`${formatVerifierKey(key)}\n` !== source) throw damaged('its key is not canonical')
  return key
}

async function readWhole(
  folder: string,
  files: Files,
  { seen = [], pinned = [] }: Omit<ReadOptions, 'files'>,
) {
  const key = await verifierOf(folder, files)
  const text = await textOf(files, `${folder}/${CHECKPOINT}`)
  const checkpoint = parseCheckpoint(text ?? '')
  if (text === undefined || checkpoint === undefined || !isSigned(checkpoint, key))
    throw damaged('its checkpoint is missing, or not signed by its key')
  const { head } = checkpoint
  const witnessed = await textOf(files, `${folder}/${WITNESSED}`)
  const heads = [...seen, ...signedHeads(pinned, key), ...witnessedHeads(witnessed, key)]
  const bytes = await files.read(`${folder}/${LINES}`)
  const sizes = new Set(heads.map(({ size }) => size))
  const { end, roots, ...read } = grown(bytes ?? new Uint8Array(), head.size, sizes)
  if (!isEqualHash(read.tree.root(), head.root))
    throw damaged('its observations are not those of its checkpoint')
  const rootAt = async (size: number) => roots.get(size) ?? EMPTY_ROOT
  const own = { size: head.size, rootAt }
  for (const each of heads) {
    // oxlint-disable-next-line no-await-in-loop -- the first that is missing ends it
    await assertContains(each, each.origin === head.origin ? own : undefined)
  }
  const content: RecordContent = {
    observations: read.observations,
    head,
    checkpoint: text,
    key,
    witnessed,
    unsignedBytes: (bytes?.length ?? 0) - end,
    bodyOf: (observation: Observation) => bodyOf(folder, files, observation),
  }
  return { content, tree: read.tree, tiles: read.tiles, bytes: end }
}

async function textOf(files: Files, path: string): Promise<string | undefined> {
  const bytes = await files.read(path)
  return bytes && Buffer.from(bytes).toString('utf8')
}

function isSigned({ note }: Checkpoint, key: VerifierKey): boolean {
  const signed = openNote(note, [key])
  return signed !== 'bad-signature' && signed.length === 1
}

/** @throws {MintmarkError} `LEDGER_BEHIND`: a record with another key is another record */
function signedHeads(pinned: readonly Checkpoint[], key: VerifierKey): SeenHead[] {
  return pinned.map((checkpoint) => {
    const { origin, size } = checkpoint.head
    if (isSigned(checkpoint, key)) return checkpoint.head
    const message = `the pinned checkpoint of ${origin} is not signed by the key of this record, ${key.name}: one of the two was replaced`
    throw new MintmarkError('LEDGER_BEHIND', message, { origin, seen: size, size: 0 })
  })
}

function witnessedHeads(witnessed: string | undefined, key: VerifierKey): SeenHead[] {
  if (witnessed === undefined) return []
  const checkpoint = parseCheckpoint(witnessed)
  if (checkpoint === undefined || !isSigned(checkpoint, key))
    throw damaged('its witnessed checkpoint is not signed by its key')
  return [checkpoint.head]
}

/** Without the observations, which are in the lines. */
function takeTiles(tree: GrowingTree, tiles: Map<string, Uint8Array>): void {
  for (const { path, bytes } of tree.takeFull())
    if (!path.startsWith('tile/entries/')) tiles.set(path, bytes)
}

/** The tree over the first lines, with its roots at the sizes that are asked for. */
function grown(bytes: Uint8Array, size: number, sizes: ReadonlySet<number>) {
  const tree = new GrowingTree()
  const tiles = new Map<string, Uint8Array>()
  const roots = new Map<number, Uint8Array>()
  const observations: Observation[] = []
  let at = 0
  while (tree.size < size) {
    const end = bytes.indexOf(0x0a, at)
    if (end === -1) throw damaged(`it has ${tree.size} of ${size} observations`)
    const line = bytes.subarray(at, end)
    const observation = parseObservation(Buffer.from(line).toString('utf8'))
    if (observation === undefined) throw damaged(`observation ${tree.size + 1} cannot be read`)
    observations.push(observation)
    tree.append(line)
    takeTiles(tree, tiles)
    if (sizes.has(tree.size)) roots.set(tree.size, tree.root())
    at = end + 1
  }
  return { tree, tiles, observations, end: at, roots }
}

async function bodyOf(
  folder: string,
  files: Files,
  { stored }: Observation,
): Promise<Uint8Array | undefined> {
  if (stored === undefined) return undefined
  const bytes = /^[\da-f]{64}$/.test(stored)
    ? await files.read(`${folder}/bodies/${stored}`)
    : undefined
  if (bytes === undefined) throw damaged(`the document ${stored.slice(0, 64)} is missing`)
  if (sha256(bytes) !== stored) throw damaged(`the document ${stored} is another one`)
  return bytes
}

function damaged(why: string): MintmarkError {
  return new MintmarkError('LEDGER_DAMAGED', `the record of keys was altered or cut: ${why}`)
}

/** Runs file operations, and converts their errors. A full disk has its own code. */
async function withFileErrors<T>(
  code: ErrorCode,
  location: string,
  work: () => Promise<T>,
): Promise<T> {
  try {
    return await work()
  } catch (cause) {
    if (cause instanceof MintmarkError) throw cause
    const errno = errnoOf(cause)
    if (errno === '') throw cause
    const why = code === 'INPUT_UNREADABLE' ? whyUnread(errno) : whyUnwritten(errno)
    const verb = code === 'INPUT_UNREADABLE' ? 'read' : 'written'
    const named = errno === 'ENOSPC' ? 'DISK_FULL' : code
    throw new MintmarkError(named, `${location} cannot be ${verb}: ${why}`, { errno }, { cause })
  }
}
