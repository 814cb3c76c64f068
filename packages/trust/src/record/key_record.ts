/** A folder of observations: every line is a leaf of an RFC 6962 tree, under a signed head. */
import { createHash, randomBytes } from 'node:crypto'
import { truncate } from 'node:fs/promises'
import { errnoOf, MintmarkError, unreadable, writingIn } from '@mintmark/core'
import * as log from '@mintmark/ledger/log'
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
  readonly checkpoint: string
  readonly key: log.VerifierKey
  /** The newest checkpoint that witnesses cosigned, which the record contains. Whose they are is for a policy to say. */
  readonly witnessed: string | undefined
  /** Bytes after the last line that the head covers: of an interrupted append, or of somebody else. */
  readonly unsignedBytes: number
  /** The document of an observation; undefined where it read nothing. @throws {MintmarkError} `LEDGER_DAMAGED` */
  readonly bodyOf: (observation: Observation) => Promise<Uint8Array | undefined>
}

interface ReadOptions {
  readonly seen?: readonly log.SeenHead[]
  readonly pinned?: readonly log.Checkpoint[]
  readonly files?: log.Files
}

interface Home {
  readonly folder: string
  readonly files: log.Files
}

const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex')

export class KeyRecord {
  readonly #home: Home
  readonly #signer: log.NoteSigner
  readonly #tree: log.GrowingTree
  readonly #tiles = new Map<string, Uint8Array>()
  #content: RecordContent
  #failure: MintmarkError | undefined
  readonly close: () => Promise<void>

  private constructor(
    home: Home,
    unlock: () => Promise<void>,
    signer: log.NoteSigner,
    { content, tree }: { readonly content: RecordContent; readonly tree: log.GrowingTree },
  ) {
    this.#home = home
    this.close = unlock
    this.#signer = signer
    this.#content = content
    this.#tree = tree
  }

  /**
   * @throws {MintmarkError} `LEDGER_BUSY`, `LEDGER_DAMAGED`, `LEDGER_BEHIND`, `LEDGER_INVALID`,
   * `OUTPUT_EXISTS`
   */
  static async open(
    folder: string,
    {
      seen = [],
      files = log.diskFiles,
    }: { seen?: readonly log.SeenHead[]; files?: log.Files } = {},
  ): Promise<KeyRecord> {
    const home = { folder, files }
    const unlock = await writingIn(folder, async () => {
      await refuseOthers(home)
      await files.makeFolder(`${folder}/bodies`)
      return await log.lockFolder(files, `${folder}/lock`)
    })
    try {
      if (!(await files.isThere(`${folder}/${KEY}`))) await writingIn(folder, () => begin(home))
      const signer = await signerOf(home)
      const read = await readWhole(home, { seen })
      // Lines that no head covers were never acknowledged.
      if (read.content.unsignedBytes > 0) await truncate(`${folder}/${LINES}`, read.bytes)
      return new KeyRecord(home, unlock, signer, read)
    } catch (cause) {
      await unlock()
      throw cause
    }
  }

  /**
   * @throws {MintmarkError} `LEDGER_MISSING`, `LEDGER_DAMAGED`, `LEDGER_BEHIND`, `LEDGER_INVALID`
   */
  static async read(
    folder: string,
    { files = log.diskFiles, ...elsewhere }: ReadOptions = {},
  ): Promise<RecordContent> {
    try {
      return (await readWhole({ folder, files }, elsewhere)).content
    } catch (cause) {
      if (cause instanceof MintmarkError || errnoOf(cause) === '') throw cause
      throw unreadable(folder, cause)
    }
  }

  get content(): RecordContent {
    return this.#content
  }

  tree(): log.TileTree {
    for (const { path, bytes } of this.#tree.takeFull())
      if (!path.startsWith('tile/entries/')) this.#tiles.set(path, bytes)
    const partials = new Map(this.#tree.partials().map(({ path, bytes }) => [path, bytes]))
    return new log.TileTree(this.#tree.size, (path) =>
      Promise.resolve(partials.get(path) ?? this.#tiles.get(path)),
    )
  }

  /** Stores a cosigned checkpoint of this record. Durable on return. */
  async storeWitnessed(witnessed: string): Promise<void> {
    const { folder, files } = this.#home
    await writingIn(folder, () =>
      log.replaceDurably(files, `${folder}/${WITNESSED}`, Buffer.from(witnessed)),
    )
    this.#content = { ...this.#content, witnessed }
  }

  /** Writes observations: documents, then lines, then the head. Durable on return. @returns what was written */
  async append(seen: readonly Seen[], nowMs: number): Promise<readonly Observation[]> {
    // The file may end with half a line: only a new start reads it.
    if (this.#failure !== undefined) throw this.#failure
    try {
      return await writingIn(this.#home.folder, () => this.#append(seen, nowMs))
    } catch (cause) {
      this.#failure = new MintmarkError('LEDGER_FAILED', 'an earlier append failed')
      throw cause
    }
  }

  async #append(seen: readonly Seen[], nowMs: number): Promise<readonly Observation[]> {
    const observed: Observation[] = []
    for (const each of seen) {
      // oxlint-disable-next-line no-await-in-loop -- two of one document would write one file at once
      observed.push(await this.#observed(each, nowMs))
    }
    if (observed.length === 0) return observed
    const lines = observed.map((each) => Buffer.from(`${formatObservation(each)}\n`))
    const file = await this.#home.files.openToGrow(`${this.#home.folder}/${LINES}`)
    try {
      await file.append(Buffer.concat(lines))
      await file.sync()
    } finally {
      await file.close()
    }
    for (const line of lines) this.#tree.append(line.subarray(0, -1))
    this.#content = {
      ...this.#content,
      ...(await writeHead(this.#home, this.#signer, this.#tree)),
      unsignedBytes: 0,
      observations: [...this.#content.observations, ...observed],
    }
    return observed
  }

  async #observed(given: Seen, recordedMs: number): Promise<Observation> {
    const { body, unchanged } = given
    const seen = { ...factsOf(given), recordedMs }
    if (unchanged !== undefined) {
      const before = this.#content.observations.findLast(({ sha256: hash }) => hash === unchanged)
      return { ...seen, sha256: unchanged, stored: before?.stored }
    }
    if (body === undefined) return seen
    const { folder, files } = this.#home
    const bytes = recordedBytes(body)
    const stored = sha256(bytes)
    const path = `${folder}/bodies/${stored}`
    if (!(await files.isThere(path))) await log.replaceDurably(files, path, bytes)
    return { ...seen, sha256: sha256(body), stored }
  }
}

export const isRecord = async (folder: string): Promise<boolean> =>
  (await log.diskFiles.isThere(`${folder}/${KEY}`)) &&
  (await log.diskFiles.isThere(`${folder}/${CHECKPOINT}`))

const BEGUN: ReadonlySet<string> = new Set(['bodies', 'lock', 'private', LINES, CHECKPOINT])

async function refuseOthers({ folder, files }: Home): Promise<void> {
  const names = await files.list(folder)
  if (names.includes(KEY) || names.every((name) => BEGUN.has(name.replace(/\..*$/, '')))) return
  throw new MintmarkError('OUTPUT_EXISTS', `${folder} is there, and is no record of keys`)
}

/** The key comes last: where it is, the record is whole. */
async function begin(home: Home): Promise<void> {
  const { folder, files } = home
  const lines = await files.read(`${folder}/${LINES}`)
  if (lines !== undefined && lines.length > 0) throw damaged('its key is missing')
  const { key } = await log.makeLogKey(folder, `keys-${randomBytes(8).toString('hex')}`, files)
  await files.write(`${folder}/${LINES}`, new Uint8Array())
  await writeHead(home, await log.readLogKey(folder, key.name, files), new log.GrowingTree())
  await log.replaceDurably(
    files,
    `${folder}/${KEY}`,
    Buffer.from(`${log.formatVerifierKey(key)}\n`),
  )
}

async function writeHead(
  { folder, files }: Home,
  signer: log.NoteSigner,
  tree: log.GrowingTree,
): Promise<Pick<RecordContent, 'head' | 'checkpoint'>> {
  const head = { origin: signer.key.name, size: tree.size, root: tree.root() }
  const checkpoint = log.signHead(head, signer)
  await log.replaceDurably(files, `${folder}/${CHECKPOINT}`, Buffer.from(checkpoint))
  return { head, checkpoint }
}

/** @throws {MintmarkError} `LEDGER_INVALID` where the private key is missing, or another one */
async function signerOf(home: Home): Promise<log.NoteSigner> {
  const key = await verifierOf(home)
  const signer = await log.readLogKey(home.folder, key.name, home.files)
  if (signer.key.id === key.id) return signer
  throw new MintmarkError('LEDGER_INVALID', 'private/checkpoint.pem is not the key of this record')
}

async function verifierOf(home: Home) {
  const source = await textOf(home, KEY)
  if (source === undefined)
    throw new MintmarkError('LEDGER_MISSING', `${home.folder} is no record of keys`)
  const key = log.parseVerifierKey(source.slice(0, -1))
  if (`${log.formatVerifierKey(key)}\n` !== source) throw damaged('its key is not canonical')
  return key
}

async function readWhole(home: Home, { seen = [], pinned = [] }: ReadOptions) {
  const key = await verifierOf(home)
  const checkpoint = await textOf(home, CHECKPOINT)
  const head = signedHead(checkpoint ?? '', key)
  if (checkpoint === undefined || head === undefined)
    throw damaged('its checkpoint is missing, or not signed by its key')
  const witnessed = await textOf(home, WITNESSED)
  const heads = [...seen, ...pinned.map((each) => pinnedHead(each, key))]
  if (witnessed !== undefined) {
    const cosigned = signedHead(witnessed, key)
    if (cosigned === undefined) throw damaged('its witnessed checkpoint is not signed by its key')
    heads.push(cosigned)
  }
  const lines = (await home.files.read(`${home.folder}/${LINES}`)) ?? new Uint8Array()
  const sizes = new Set(heads.map(({ size }) => size))
  const { end, roots, observations, tree } = grown(lines, head.size, sizes)
  if (!log.isEqualHash(tree.root(), head.root))
    throw damaged('its observations are not those of its checkpoint')
  const own = { size: head.size, rootAt: async (size: number) => roots.get(size) ?? log.EMPTY_ROOT }
  for (const each of heads) {
    // oxlint-disable-next-line no-await-in-loop -- the first that is missing ends it
    await log.assertContains(each, each.origin === head.origin ? own : undefined)
  }
  const content: RecordContent = {
    observations,
    head,
    checkpoint,
    key,
    witnessed,
    unsignedBytes: lines.length - end,
    bodyOf: (observation: Observation) => bodyOf(home, observation),
  }
  return { content, tree, bytes: end }
}

async function textOf({ folder, files }: Home, name: string): Promise<string | undefined> {
  const bytes = await files.read(`${folder}/${name}`)
  return bytes && Buffer.from(bytes).toString('utf8')
}

function signedHead(source: string | log.Checkpoint, key: log.VerifierKey): RecordHead | undefined {
  const checkpoint = typeof source === 'string' ? log.parseCheckpoint(source) : source
  if (checkpoint === undefined) return undefined
  const signed = log.openNote(checkpoint.note, [key])
  return signed !== 'bad-signature' && signed.length === 1 ? checkpoint.head : undefined
}

function pinnedHead(checkpoint: log.Checkpoint, key: log.VerifierKey): RecordHead {
  const head = signedHead(checkpoint, key)
  if (head !== undefined) return head
  const { origin, size } = checkpoint.head
  const message = `the pinned checkpoint of ${origin} is not signed by the key of this record, ${key.name}: one of the two was replaced`
  throw new MintmarkError('LEDGER_BEHIND', message, { origin, seen: size, size: 0 })
}

function grown(bytes: Uint8Array, size: number, sizes: ReadonlySet<number>) {
  const tree = new log.GrowingTree()
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
    if (sizes.has(tree.size)) roots.set(tree.size, tree.root())
    at = end + 1
  }
  return { tree, observations, end: at, roots }
}

async function bodyOf(
  { folder, files }: Home,
  { stored }: Observation,
): Promise<Uint8Array | undefined> {
  if (stored === undefined) return undefined
  const isHash = /^[\da-f]{64}$/.test(stored)
  const bytes = isHash ? await files.read(`${folder}/bodies/${stored}`) : undefined
  if (bytes === undefined) throw damaged(`the document ${stored.slice(0, 64)} is missing`)
  if (sha256(bytes) !== stored) throw damaged(`the document ${stored} is another one`)
  return bytes
}

function damaged(why: string): MintmarkError {
  return new MintmarkError('LEDGER_DAMAGED', `the record of keys was altered or cut: ${why}`)
}
