/**
 * The shards of a running ledger: for each issuer a tree that takes entries, and its predecessor.
 */
import type { Head } from '../notes/checkpoint.ts'
import {
  type Description,
  latestPath,
  originOf,
  periodAt,
  shardPath,
} from '../notes/description.ts'
import type { Edges, ShardAppend } from '../store/store.ts'
import { encodeEntry, type Opening } from '../tree/entry.ts'
import { type Edge, GrowingTree, type Resource } from '../tree/growing_tree.ts'
import { EMPTY_ROOT } from '../tree/tree.ts'

export interface OpenAppend extends ShardAppend {
  readonly entries: Uint8Array[]
}

interface OpenShard {
  readonly alias: string
  readonly path: string
  readonly period: string
  readonly tree: GrowingTree
}

export class Shards {
  readonly #description: Description
  readonly #aliases: ReadonlyMap<string, string>
  readonly #newest = new Map<string, OpenShard>()
  readonly #changed = new Set<OpenShard>()
  readonly #latest = new Map<string, string>()

  constructor(description: Description) {
    this.#description = description
    this.#aliases = new Map([...description.issuers].map(([alias, issuer]) => [issuer, alias]))
  }

  aliasOf(issuer: string): string | undefined {
    return this.#aliases.get(issuer)
  }

  newest(alias: string): OpenShard | undefined {
    return this.#newest.get(alias)
  }

  all(): Iterable<OpenShard> {
    return this.#newest.values()
  }

  get isChanged(): boolean {
    return this.#changed.size > 0
  }

  /**
   * Continues from the edges of a recovery, and publishes all again: partial tiles were not
   * durable. A tree at its edge keeps its full tiles. Entries beyond an edge were never
   * acknowledged.
   */
  reset(edges: Edges): void {
    const before = [...this.#changed]
    this.#newest.clear()
    for (const [path, edge] of edges) {
      const known = before.find((shard) => shard.path === path && shard.tree.size === edge.size)
      if (known !== undefined) this.#newest.set(known.alias, known)
      else this.#changed.add(this.#open(path, edge))
    }
    for (const shard of before) {
      const newest = this.#newest.get(shard.alias)
      const isEarlier = newest !== undefined && shard.period < newest.period
      if (shard !== newest && !isEarlier) this.#changed.delete(shard)
    }
  }

  /** After a failed publication nobody knows which period is published as the newest. */
  forgetLatest(): void {
    this.#latest.clear()
  }

  markChanged(shard: OpenShard): void {
    this.#changed.add(shard)
  }

  edges(): Edges {
    return new Map([...this.#newest.values()].map(({ path, tree }) => [path, tree.edge()]))
  }

  #open(path: string, edge?: Edge): OpenShard {
    const [alias = '', period = ''] = path.split('/')
    const shard: OpenShard = { alias, period, path, tree: new GrowingTree(edge) }
    this.#newest.set(alias, shard)
    return shard
  }

  /**
   * A new shard's append begins with the opening. A clock that was set back opens no earlier shard:
   * entries continue in the newest one.
   */
  next(alias: string, issuer: string, nowMs: number): OpenAppend {
    const newest = this.#newest.get(alias)
    const period = periodAt(nowMs, this.#description.period)
    if (newest !== undefined && newest.period >= period)
      return { shard: newest.path, first: newest.tree.size, entries: [] }
    const opening: Opening = {
      kind: 'opening',
      issuer,
      openedAtMs: nowMs,
      previousOrigin: newest === undefined ? '' : originOf(this.#description, newest.path),
      previousSize: newest?.tree.size ?? 0,
      previousRoot: newest?.tree.root() ?? EMPTY_ROOT,
    }
    return { shard: shardPath(alias, period), first: 0, entries: [encodeEntry(opening)] }
  }

  /** Adds entries that are durable. */
  apply({ shard: path, entries }: ShardAppend): OpenShard {
    const alias = path.split('/')[0] ?? ''
    const newest = this.#newest.get(alias)
    const shard = newest?.path === path ? newest : this.#open(path)
    for (const entry of entries) shard.tree.append(entry)
    this.#changed.add(shard)
    return shard
  }

  takeChanged(): { tiles: Resource[]; heads: (Head & { readonly shard: OpenShard })[] } {
    const changed = [...this.#changed]
    this.#changed.clear()
    const tiles = changed.flatMap(({ path, tree }) =>
      [...tree.takeFull(), ...tree.partials()].map((tile) => below(path, tile)),
    )
    const heads = changed.map((shard) => ({
      shard,
      origin: originOf(this.#description, shard.path),
      size: shard.tree.size,
      root: shard.tree.root(),
    }))
    return { tiles, heads }
  }

  /** The checkpoint, and `latest` if the shard is the newest. */
  headFiles(path: string, checkpoint: string): Resource[] {
    const file = { path: `${path}/checkpoint`, bytes: Buffer.from(checkpoint) }
    const [alias = '', period = ''] = path.split('/')
    const isNewest = this.#newest.get(alias)?.path === path
    if (!isNewest || this.#latest.get(alias) === period) return [file]
    this.#latest.set(alias, period)
    return [file, { path: latestPath(alias), bytes: Buffer.from(`${period}\n`) }]
  }
}

function below(prefix: string, { path, bytes }: Resource): Resource {
  return { path: `${prefix}/${path}`, bytes }
}
