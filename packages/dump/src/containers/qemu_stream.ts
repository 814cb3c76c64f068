/**
 * QEMU's migration stream (`migrate "exec:…"`, `virsh save`): pages behind headers, so data is
 * split at each page. Addresses are those of the first block, the machine's memory. Source: QEMU's
 * `migration/ram.c`, `savevm.c` (version 3); libvirt's `qemu_saveimage.h`.
 */
import type { Reader } from '@mintmark/core'
import type { Layout } from '../memory/layout.ts'

const MAGIC = 0x5145564d
const VERSION = 3
const SECTION = {
  end: 0x00,
  start: 0x01,
  part: 0x02,
  last: 0x03,
  footer: 0x7e,
  machine: 0x07,
  command: 0x08,
}
/** Of a page's header: its lower bits, the rest is the offset in its block. */
const FLAG = { fill: 0x02, size: 0x04, page: 0x08, end: 0x10, same: 0x20 }
const FLAGS = 0xfffn
const PAGE = 4096
const HEAD_BYTES = 8
const NAME_BYTES = 256
/** `LibvirtQemudSave`, six numbers (the second: length of the description behind), padding. */
const LIBVIRT_BYTES = 92
const MOST_BLOCKS = 4096
/** Headers of pages, those of pages that are filled with one byte too: of a machine of 256 GiB. */
const MOST_HEADERS = 1 << 26

/** 512 MiB, each page a range. What is behind them is searched too, with no address. */
const MOST_PAGES = 1 << 17

interface Block {
  readonly address: bigint
  readonly length: bigint
}

/** Whether the file begins as QEMU writes it, or libvirt around that, with nothing packed. */
export function isQemuStream(head: Uint8Array): boolean {
  const text = Buffer.from(head.subarray(0, 16)).toString('latin1')
  return text.startsWith('QEVM') || (text === 'LibvirtQemudSave' && !isPacked(head))
}

/** Its packing is behind magic, version, length and the machine's state: 0 is none. */
function isPacked(head: Uint8Array): boolean {
  const packed = head.subarray(28, 32)
  return packed.length < 4 || packed.some((byte) => byte !== 0)
}

export function readQemuStream(layout: Layout): void {
  layout.container = 'qemu'
  const at = streamBegin(layout)
  if (at !== undefined) new QemuStream(layout, at).read()
}

/** Behind libvirt's description of the machine. */
function streamBegin(layout: Layout): number | undefined {
  const head = layout.file.reader(0, LIBVIRT_BYTES, true)
  if (head.left < LIBVIRT_BYTES || head.u8() === 0x51) return 0
  const version = head.seek(16).u32()
  const length = head.u32()
  if (version > 2) {
    layout.addFlaw(
      'header-damaged',
      'libvirt wrote it in a way that is not read: it has no address',
    )
    return undefined
  }
  layout.addHeader(0, LIBVIRT_BYTES)
  return LIBVIRT_BYTES + length
}

class QemuStream {
  readonly #layout: Layout
  readonly #blocks = new Map<string, Block>()
  #at: number
  #block: Block | undefined
  #headersLeft = MOST_HEADERS
  #pagesLeft = MOST_PAGES
  #ram: number | undefined
  /** Before this offset bytes are of the frame if what follows is: a page's fill. */
  #owed = 0

  constructor(layout: Layout, at: number) {
    this.#layout = layout
    this.#at = at
  }

  read(): void {
    const head = this.#layout.file.reader(this.#at, HEAD_BYTES, false)
    if (head.left < HEAD_BYTES || head.u32() !== MAGIC || head.u32() !== VERSION) {
      this.#stop('no stream of QEMU of version 3 begins where it should')
      return
    }
    this.#frame(HEAD_BYTES)
    while (this.#section());
    this.#layout.addFact('blocks', this.#blocks.size)
  }

  /** @returns whether another follows */
  #section(): boolean {
    const head = this.#layout.file.reader(this.#at, 5 + 1 + NAME_BYTES, false)
    if (head.left < 5) return this.#stop('the stream ends before its memory does')
    const kind = head.u8()
    const number = head.u32()
    // What they hold is passed over, and no frame: a damaged length would take memory for one.
    if (kind === SECTION.machine && number < NAME_BYTES) return this.#frame(5, number)
    if (kind === SECTION.footer) return this.#frame(5)
    if (kind === SECTION.command) return this.#frame(5, number & 0xffff)
    if (kind === SECTION.start) return this.#start(head, number)
    if (kind !== SECTION.part && kind !== SECTION.last) return this.#notRead(kind)
    if (number !== this.#ram)
      return this.#stop('a section that is no memory comes before all of it')
    this.#frame(5)
    return this.#pages() && kind === SECTION.part
  }

  #start(head: Reader, number: number): boolean {
    const name = nameIn(head)
    if (name !== 'ram') return this.#stop('a section that is no memory comes before all of it')
    this.#ram = number
    this.#frame(5 + 1 + name.length + 8)
    return this.#pages()
  }

  #pages(): boolean {
    for (;;) {
      if (this.#headersLeft-- <= 0 || this.#pagesLeft <= 0) {
        return this.#stop('more pages than are read; the rest has no address')
      }
      const head = this.#layout.file.reader(this.#at, HEAD_BYTES + 1 + NAME_BYTES, false)
      if (head.left < HEAD_BYTES) return this.#stop('the stream ends before its memory does')
      const word = head.u64()
      const flags = Number(word & FLAGS)
      const offset = word & ~FLAGS
      if (flags === FLAG.end) return this.#frame(HEAD_BYTES)
      const isRead = flags === FLAG.size ? this.#sizes(offset) : this.#page(head, flags, offset)
      if (!isRead) return false
    }
  }

  #sizes(total: bigint): boolean {
    this.#frame(HEAD_BYTES)
    let next = 0n
    for (let left = total; left > 0n; ) {
      const head = this.#layout.file.reader(this.#at, 1 + NAME_BYTES + HEAD_BYTES, false)
      const name = nameIn(head)
      if (name === undefined || head.left < HEAD_BYTES || this.#blocks.size >= MOST_BLOCKS) {
        return this.#stop('the list of memory is damaged')
      }
      const length = head.u64()
      if (length === 0n || length > left) return this.#stop('the list of memory is damaged')
      this.#blocks.set(name, { address: next, length })
      next += length + BigInt(PAGE)
      left -= length
      this.#frame(1 + name.length + HEAD_BYTES)
    }
    return true
  }

  #page(head: Reader, flags: number, offset: bigint): boolean {
    const isSame = (flags & FLAG.same) !== 0
    const kind = flags & ~FLAG.same
    if (kind !== FLAG.page && kind !== FLAG.fill) {
      return this.#stop('pages are packed, or by themselves (multifd): they are not read', flags)
    }
    const name = isSame ? undefined : nameIn(head)
    if (!isSame) this.#block = this.#blocks.get(name ?? '')
    const block = this.#block
    if (block === undefined || offset >= block.length)
      return this.#stop('a page of no memory', flags)
    const frame = HEAD_BYTES + (name === undefined ? 0 : 1 + name.length)
    if (kind === FLAG.fill) {
      this.#frame(frame, 1)
      this.#owed = 1
      return true
    }
    this.#frame(frame)
    this.#pagesLeft--
    this.#layout.addMemory(this.#at, PAGE, block.address + offset)
    this.#at += PAGE
    return true
  }

  /** Bytes that were understood, and how many behind them are passed over. */
  #frame(length: number, passed = 0): true {
    this.#layout.addHeader(this.#at - this.#owed, length + this.#owed)
    this.#owed = 0
    this.#at += length + passed
    return true
  }

  #notRead(kind: number): false {
    if (kind === SECTION.end) return false
    return this.#stop('a section of a kind that is not read comes before the memory', kind)
  }

  #stop(message: string, kind = 0): false {
    this.#layout.addFlaw(
      'header-damaged',
      `${message}; what follows is read as raw memory, in which pages are apart`,
      {
        offset: this.#at,
        kind,
      },
    )
    return false
  }
}

function nameIn(reader: Reader): string | undefined {
  if (reader.left < 1) return undefined
  const length = reader.u8()
  if (length === 0 || reader.left < length) return undefined
  const name = Buffer.from(reader.bytes(length)).toString('latin1')
  return /^[ -~]+$/.test(name) ? name : undefined
}
