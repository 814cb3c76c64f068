/**
 * The public files of a ledger, in memory and written by hand: honest ones, and such as an honest ledger never has.
 */
import { generateKeyPairSync } from 'node:crypto'
import {
  type Description,
  type Entry,
  encodeEntry,
  formatDescription,
  GrowingTree,
  NoteSigner,
  originOf,
  type ReadResource,
  signHead,
} from '../src/index.ts'

const { privateKey } = generateKeyPairSync('ed25519')

export class WrittenLedger {
  readonly files: Map<string, Uint8Array> = new Map()
  readonly description: Description
  readonly #signer: NoteSigner
  readonly #trees = new Map<string, GrowingTree>()

  /** @param issuers by alias. All written ledgers of a process have one key, so that one can be the fork of another */
  constructor(issuers: Readonly<Record<string, string>>, more: Partial<Description> = {}) {
    this.#signer = new NoteSigner('ledger.example.org', 'log', privateKey)
    this.description = {
      name: 'ledger.example.org',
      key: this.#signer.key,
      period: 'day',
      issuers: new Map(Object.entries(issuers)),
      maxLifetimeMs: 3_600_000,
      skewMs: 60_000,
      retentionDays: undefined,
      ...more,
    }
    const document = formatDescription(this.description, this.#signer)
    this.files.set('ledger.json', Buffer.from(document))
  }

  get read(): ReadResource {
    return (path) => Promise.resolve(this.files.get(path))
  }

  /** Appends to a shard such as `main/2026-11-25`, which becomes its issuer's newest, and publishes it. */
  append(shard: string, entries: Iterable<Entry>): void {
    const tree = this.#trees.get(shard) ?? new GrowingTree()
    this.#trees.set(shard, tree)
    for (const entry of entries) tree.append(encodeEntry(entry))
    for (const { path, bytes } of [...tree.takeFull(), ...tree.partials()])
      this.files.set(`${shard}/${path}`, bytes)
    const head = { origin: originOf(this.description, shard), size: tree.size, root: tree.root() }
    this.files.set(`${shard}/checkpoint`, Buffer.from(signHead(head, this.#signer)))
    const [alias = '', period = ''] = shard.split('/')
    this.files.set(`${alias}/latest`, Buffer.from(`${period}\n`))
  }

  /** The opening of a shard that follows another one; of the first where none is named. */
  opening(alias: string, openedAtMs: number, previous?: string): Entry {
    const tree = this.#trees.get(previous ?? '') ?? new GrowingTree()
    return {
      kind: 'opening',
      issuer: this.description.issuers.get(alias) ?? '',
      openedAtMs,
      previousOrigin: previous === undefined ? '' : originOf(this.description, previous),
      previousSize: tree.size,
      previousRoot: tree.root(),
    }
  }
}
