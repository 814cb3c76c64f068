/**
 * Members of tar archives, each as bytes of its own. Reads headers of POSIX (ustar, pax) and GNU. A
 * member is found again by its position, so that memory is bounded.
 * Source: POSIX.1-2017, `pax`, "ustar Interchange Format"; GNU tar manual, "Basic Tar Format".
 */
import type { Reject } from '../model/records.ts'
import {
  MAX_NAME_CHARACTERS,
  type Member,
  memberBytes,
  type RejectTaker,
  refuse,
  type StoredBytes,
} from './stored_bytes.ts'

export const TAR_BLOCK_BYTES = 512
const MAX_ATTRIBUTE_BYTES = 1024 * 1024

const endsEarly = refuse('compressed-data-ends-early', 'tar')
const damaged = refuse('tar-damaged', 'header')
const sparse = refuse('unsupported-compression', 'sparse in tar')

/** Types of members that are files: two spellings of the usual one, one in one piece, one with holes. */
const FILES: ReadonlySet<string> = new Set(['0', '\0', '7', 'S'])

export function isTarHeader(block: Uint8Array): boolean {
  if (block.length < TAR_BLOCK_BYTES || block[0] === 0) return false
  const bytes = Buffer.from(block.buffer, block.byteOffset, TAR_BLOCK_BYTES)
  let sum = 0
  for (const [at, byte] of bytes.entries()) sum += at >= 148 && at < 156 ? 0x20 : byte
  return sum === numberIn(bytes, 148, 8)
}

/** Members in their order, without folders and links. What is wrong with the archive is a refused one with its own path. */
export async function* tarMembers(archive: StoredBytes): AsyncGenerator<Member, void, void> {
  const blocks = new Blocks(archive.read(() => {}))
  try {
    yield* membersIn(archive, blocks)
  } finally {
    await blocks.close()
  }
}

async function* membersIn(
  archive: StoredBytes,
  blocks: Blocks,
): AsyncGenerator<Member, void, void> {
  for (;;) {
    // oxlint-disable-next-line no-await-in-loop -- one member after the other
    const header = await nextHeader(blocks)
    if (header === undefined) return
    if ('reason' in header) {
      yield { bytes: archive, refused: header }
      return
    }
    const { type, path, size } = header
    const offset = blocks.at
    const bytes = memberBytes(archive, path.slice(0, MAX_NAME_CHARACTERS), {
      sizeBytes: size,
      storedBytes: archive.storedBytes,
      read: (onReject) => readMember(archive, offset, size, onReject),
    })
    if (FILES.has(type) && !path.endsWith('/'))
      yield { bytes, refused: type === 'S' ? sparse : undefined }
    // oxlint-disable-next-line no-await-in-loop -- the same
    await blocks.skip(padded(size))
  }
}

interface Header {
  readonly type: string
  readonly path: string
  readonly size: number
}

async function nextHeader(blocks: Blocks): Promise<Header | Reject | undefined> {
  const attributes: { path?: string; size?: number } = {}
  for (;;) {
    // oxlint-disable-next-line no-await-in-loop -- one header after the other
    const block = await blocks.take(TAR_BLOCK_BYTES)
    if (block.length < TAR_BLOCK_BYTES) return endsEarly
    if (block.every((byte) => byte === 0)) return undefined
    if (!isTarHeader(block)) return damaged
    const type = String.fromCharCode(block[156] ?? 0)
    const size = numberIn(block, 124, 12)
    if (!'LKxg'.includes(type) || size > MAX_ATTRIBUTE_BYTES) {
      const path = attributes.path ?? nameIn(block)
      return { type, path, size: attributes.size ?? size }
    }
    // oxlint-disable-next-line no-await-in-loop -- the same
    const content = (await blocks.take(padded(size))).subarray(0, size)
    if (type === 'L') attributes.path = textIn(content)
    if (type === 'x') Object.assign(attributes, paxOf(content))
  }
}

const padded = (size: number) => Math.ceil(size / TAR_BLOCK_BYTES) * TAR_BLOCK_BYTES

/** Records of `27 path=some/long/name\n`. */
function paxOf(content: Buffer): { path?: string; size?: number } {
  const records = content.toString('utf8')
  const path = /(?:^|\n)\d+ path=([^\n]+)\n/.exec(records)?.[1]
  const size = /(?:^|\n)\d+ size=(\d{1,15})\n/.exec(records)?.[1]
  return { ...(path !== undefined && { path }), ...(size !== undefined && { size: Number(size) }) }
}

/** Octal digits; or, where they do not suffice, bytes of a number behind a bit. */
function numberIn(header: Buffer, at: number, length: number): number {
  const field = header.subarray(at, at + length)
  if ((field[0] ?? 0) < 0x80) return Number.parseInt(textIn(field).trim() || '0', 8)
  return field.subarray(-6).readUIntBE(0, 6)
}

function nameIn(header: Buffer): string {
  const name = textIn(header.subarray(0, 100))
  const prefix =
    header.toString('latin1', 257, 263) === 'ustar\0' ? textIn(header.subarray(345, 500)) : ''
  return prefix === '' ? name : `${prefix}/${name}`
}

function textIn(field: Buffer): string {
  const end = field.indexOf(0)
  return field.toString('utf8', 0, end === -1 ? field.length : end)
}

async function* readMember(
  archive: StoredBytes,
  offset: number,
  size: number,
  onReject: RejectTaker,
): AsyncGenerator<Uint8Array, void, void> {
  let left = size
  let before = archive.readFrom === undefined ? offset : 0
  const rejects: Reject[] = []
  const take: RejectTaker = (reject) => {
    rejects.push(reject)
    onReject(reject)
  }
  if (size === 0) return
  for await (const chunk of archive.readFrom?.(offset) ?? archive.read(take)) {
    const part = chunk.subarray(before, before + left)
    before = Math.max(0, before - chunk.length)
    left -= part.length
    if (part.length > 0) yield part
    if (left === 0) return
  }
  if (rejects.length === 0) onReject(endsEarly)
}

class Blocks {
  at = 0
  readonly #chunks: AsyncIterator<Uint8Array>
  #chunk: Uint8Array = new Uint8Array()

  constructor(chunks: AsyncIterable<Uint8Array>) {
    this.#chunks = chunks[Symbol.asyncIterator]()
  }

  /** A copy; shorter where the chunks end before. */
  async take(length: number): Promise<Buffer> {
    const parts: Uint8Array[] = []
    await this.#each(length, (part) => parts.push(Uint8Array.from(part)))
    return Buffer.concat(parts)
  }

  async skip(length: number): Promise<void> {
    await this.#each(length, () => {})
  }

  async close(): Promise<void> {
    await this.#chunks.return?.()
  }

  async #each(length: number, take: (part: Uint8Array) => void): Promise<void> {
    let left = length
    while (left > 0) {
      if (this.#chunk.length === 0) {
        // oxlint-disable-next-line no-await-in-loop -- one chunk after the other
        const next = await this.#chunks.next()
        if (next.done === true) return
        this.#chunk = next.value
        continue
      }
      const part = this.#chunk.subarray(0, left)
      this.#chunk = this.#chunk.subarray(part.length)
      left -= part.length
      this.at += part.length
      take(part)
    }
  }
}
