/**
 * A file system in memory that can fail or lose its power at any operation. It keeps what a disk
 * would: content counts as kept only after the file was synced, a name only after its folder was. A
 * power cut keeps all that, and of everything else whatever the dice say: a name or not, a part of
 * the bytes, zeros where bytes should be. A machine that keeps more than it must is no excuse. It
 * is a `Files` of the ledger, whose tests it serves: nothing of the ledger is imported here.
 */

import { randomUUID } from 'node:crypto'

interface GrowingFile {
  append(bytes: Uint8Array): Promise<void>
  truncate(lengthBytes: number): Promise<void>
  sync(): Promise<void>
  close(): Promise<void>
}

interface Node {
  live: Buffer
  /** Content that survives. */
  kept: Buffer
}

/** `error`: one operation fails. `full`: it fails for want of room. `cut`: it and all later ones do. */
export type Fault = 'error' | 'full' | 'cut'

class Fail extends Error {
  readonly code: string
  constructor(code: string) {
    super(code)
    this.code = code
  }
}

/** Mulberry32: small, and the same everywhere. */
function dice(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296
  }
}

const byName = (a: string, b: string) => (a < b ? -1 : 1)
const parent = (path: string) => path.slice(0, Math.max(path.lastIndexOf('/'), 1))

export class SimulatedDisk {
  run: string = randomUUID()
  /** Folders are names without a node. */
  readonly #names = new Map<string, Node | undefined>()
  readonly #keptNames = new Map<string, Node | undefined>()
  #operations = 0
  #faultAt = Number.POSITIVE_INFINITY
  #fault: Fault = 'cut'
  #isCut: boolean = false
  #random: () => number = dice(1)

  /** Operations so far that could have failed. */
  get operations(): number {
    return this.#operations
  }

  get isCut(): boolean {
    return this.#isCut
  }

  /** Lets the operation number `at`, counted from now, fail; `seed` says how much of it is done. */
  failAt(at: number, fault: Fault, seed: number): void {
    this.#operations = 0
    this.#faultAt = at
    this.#fault = fault
    this.#random = dice(seed)
  }

  /** Nothing fails from now on; who opens it next is another process. */
  heal(): this {
    this.run = randomUUID()
    this.#faultAt = Number.POSITIVE_INFINITY
    return this
  }

  /** The disk as it is found after a power cut. */
  afterCut(seed: number): SimulatedDisk {
    const random = dice(seed)
    const found = new SimulatedDisk()
    const nodes = new Map<Node, Node>()
    const paths = [...new Set([...this.#keptNames.keys(), ...this.#names.keys()])].toSorted(byName)
    for (const path of paths) {
      const isSettled = this.#keptNames.get(path) === this.#names.get(path)
      const isBoth = this.#keptNames.has(path) && this.#names.has(path)
      const names = (isSettled && isBoth) || random() < 0.5 ? this.#keptNames : this.#names
      if (!names.has(path) || (parent(path) !== '/' && !found.#names.has(parent(path)))) continue
      const node = names.get(path)
      const known = node && (nodes.get(node) ?? survivor(node, random))
      if (node !== undefined && known !== undefined) nodes.set(node, known)
      found.#names.set(path, known)
      found.#keptNames.set(path, known)
    }
    return found
  }

  /** A copy as a back-up makes it. */
  copy(): SimulatedDisk {
    const made = new SimulatedDisk()
    for (const [path, node] of this.#names) {
      const twin = node && { live: Buffer.from(node.live), kept: Buffer.from(node.live) }
      made.#names.set(path, twin)
      made.#keptNames.set(path, twin)
    }
    return made
  }

  /** Counts an operation; `part` is done of it before it fails. */
  #step(part: (share: number) => void = () => undefined): void {
    if (this.#isCut) throw new Fail('EPOWER')
    if (++this.#operations !== this.#faultAt) return
    part(this.#random())
    this.#isCut = this.#fault === 'cut'
    throw new Fail(this.#fault === 'full' ? 'ENOSPC' : 'EIO')
  }

  #node(path: string): Node {
    const node = this.#names.get(path)
    if (node === undefined) throw new Fail('ENOENT')
    return node
  }

  async read(path: string): Promise<Uint8Array | undefined> {
    const node = this.#names.get(path)
    return await Promise.resolve(node && Buffer.from(node.live))
  }

  async isThere(path: string): Promise<boolean> {
    return await Promise.resolve(this.#names.has(path))
  }

  async list(folder: string): Promise<readonly string[]> {
    const names = [...this.#names.keys()].filter((path) => parent(path) === folder)
    return await Promise.resolve(
      names.map((path) => path.slice(folder.length + 1)).toSorted(byName),
    )
  }

  async makeFolder(folder: string): Promise<void> {
    this.#step()
    for (let at = folder; at !== '/' && !this.#names.has(at); at = parent(at))
      this.#names.set(at, undefined)
    await Promise.resolve()
  }

  async write(path: string, bytes: Uint8Array): Promise<void> {
    if (!this.#names.has(parent(path))) throw new Fail('ENOENT')
    const node = this.#names.get(path) ?? { live: Buffer.alloc(0), kept: Buffer.alloc(0) }
    const put = (length: number) => {
      this.#names.set(path, node)
      node.live = Buffer.from(bytes.subarray(0, length))
    }
    this.#step((share) => put(Math.floor(share * bytes.length)))
    put(bytes.length)
    await Promise.resolve()
  }

  async openToGrow(path: string): Promise<GrowingFile> {
    const node = this.#node(path)
    return await Promise.resolve({
      append: async (bytes: Uint8Array) => {
        const put = (length: number) => {
          node.live = Buffer.concat([node.live, bytes.subarray(0, length)])
        }
        this.#step((share) => put(Math.floor(share * bytes.length)))
        put(bytes.length)
        await Promise.resolve()
      },
      truncate: async (lengthBytes: number) => {
        this.#step()
        node.live = node.live.subarray(0, lengthBytes)
        await Promise.resolve()
      },
      sync: () => this.#syncNode(node),
      close: () => Promise.resolve(),
    })
  }

  async #syncNode(node: Node): Promise<void> {
    this.#step((share) => {
      if (share < 0.5) node.kept = Buffer.from(node.live)
    })
    node.kept = Buffer.from(node.live)
    await Promise.resolve()
  }

  async sync(path: string): Promise<void> {
    const node = this.#names.get(path)
    if (node !== undefined) return await this.#syncNode(node)
    if (path !== '/' && !this.#names.has(path)) throw new Fail('ENOENT')
    this.#step()
    for (const name of this.#keptNames.keys())
      if (parent(name) === path && !this.#names.has(name)) this.#keptNames.delete(name)
    for (const [name, held] of this.#names)
      if (parent(name) === path) this.#keptNames.set(name, held)
    return undefined
  }

  async rename(from: string, to: string): Promise<void> {
    const node = this.#node(from)
    const move = () => {
      this.#names.set(to, node)
      this.#names.delete(from)
    }
    this.#step((share) => {
      if (share < 0.5) move()
    })
    move()
    await Promise.resolve()
  }

  async link(from: string, to: string): Promise<void> {
    const node = this.#node(from)
    if (this.#names.has(to)) throw new Fail('EEXIST')
    this.#step((share) => {
      if (share < 0.5) this.#names.set(to, node)
    })
    this.#names.set(to, node)
    await Promise.resolve()
  }

  async remove(path: string): Promise<void> {
    this.#step()
    for (const name of this.#names.keys())
      if (name === path || name.startsWith(`${path}/`)) this.#names.delete(name)
    await Promise.resolve()
  }
}

/** What is found of a file: what was kept, or a part of what came later, perhaps with zeros in it. */
function survivor({ live, kept }: Node, random: () => number): Node {
  const isGrown = live.length >= kept.length && live.subarray(0, kept.length).equals(kept)
  if (isGrown && live.length === kept.length) return { live: kept, kept }
  const from = isGrown ? kept.length : 0
  const base = isGrown ? live : random() < 0.5 ? live : kept
  const length = from + Math.floor(random() * (base.length - from + 1))
  const found = Buffer.from(base.subarray(0, length))
  if (random() < 0.5) found.fill(0, from + Math.floor(random() * (length - from + 1)))
  return { live: found, kept: found }
}
